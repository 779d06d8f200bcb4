"""What a table contract is. The contracts themselves stand beside this module; no SQL, no logic.

From a contract are made: the schema check before a batch is sealed, the data checks, the Dagster
column schema with units and PII tags, the redaction of previews and the table reference in docs/.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pii(StrEnum):
    """How a column touches a person. Only `NONE` may be shown outside the warehouse and the reports."""

    NONE = "none"
    PSEUDONYM = "pseudonym"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: DuckDB type, meaning, whether it may be null, unit, PII class and closed set of values.

    A volatile column tells how the data came, not what they say; it is left out when batches are compared.
    """

    name: str
    type: str
    about: str
    null: bool = False
    unit: str = ""
    pii: Pii = Pii.NONE
    values: tuple[str, ...] = ()
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: where it stands, what a row is, who answers for it, and its columns in order."""

    schema: str
    name: str
    about: str
    grain: str
    key: tuple[str, ...]
    owner: str
    domain: str
    columns: tuple[Column, ...]
    may_be_empty: bool = True

    @property
    def sql_name(self) -> str:
        """The table's name in DuckDB: `schema.name`."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)
