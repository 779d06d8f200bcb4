"""What Dagster shows of a table, made from its contract: schema, units, PII classes, lineage, a safe preview.

Nothing is declared here that a contract does not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import dagster as dg

from lms_hris_pipeline.tables import BY_NAME, Pii, Table
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline.warehouse.queries import has_query, query_hash, read_lineage, read_query

PREVIEW_ROWS = 5
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def asset_key(table: Table) -> dg.AssetKey:
    """`[schema, name]`."""
    return dg.AssetKey([table.schema, table.name])


def table_metadata(table: Table) -> dict[str, dg.MetadataValue]:
    """Static metadata of a table's asset: grain, key, column schema, and column lineage where SQL makes it."""
    shown: dict[str, dg.MetadataValue] = {
        "grain": dg.MetadataValue.text(table.grain),
        "key": dg.MetadataValue.text(", ".join(table.key)),
        "dagster/column_schema": dg.MetadataValue.table_schema(_schema(table)),
        "dagster/table_name": dg.MetadataValue.text(table.sql_name),
    }
    if has_query(table):
        query = read_query(table)
        shown["sql"] = dg.MetadataValue.md(f"```sql\n{query}\n```")
        found = read_lineage().get(table.sql_name)
        if found is not None and found["sql_sha256"] == query_hash(query):
            shown["dagster/column_lineage"] = dg.MetadataValue.column_lineage(
                dg.TableColumnLineage(
                    {
                        column: [dg.TableColumnDep(asset_key(BY_NAME[source]), name) for source, name in sources]
                        for column, sources in found["columns"].items()
                    }
                )
            )
            # the open-source UI keeps the entry above to itself: people read this one
            shown["column lineage"] = dg.MetadataValue.md(_lineage_in_words(table, found["columns"]))
    return shown


def _lineage_in_words(table: Table, columns: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """A markdown table: each column, and the columns its values come from, by table, which leads to its asset."""
    lines = ["| column | its values come from |", "| --- | --- |"]
    for column in table.column_names:
        by_table: dict[str, list[str]] = {}
        for source, name in columns[column]:
            by_table.setdefault(source, []).append(name)
        told = [
            f"[{source}](/assets/{source.replace('.', '/')}): {', '.join(names)}" for source, names in by_table.items()
        ]
        lines.append(f"| {column} | {'; '.join(told) or 'the query itself'} |")
    return "\n".join(lines)


def preview(batch: Batch, table: Table) -> str:
    """A markdown table of the first rows by key; values that touch a person are masked.

    Only columns of PII class `none` are shown as they are.
    """
    rows = batch.execute(
        f"select {', '.join(_shown(table))} from {table.sql_name} order by {', '.join(table.key)} limit {PREVIEW_ROWS}"
    )
    names = [column.name for column in table.columns]
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _shown(table: Table) -> list[str]:
    masked = {column.name for column in table.columns if column.pii is not Pii.NONE}
    return [
        f"case when {name} is null then null else '•••' end" if name in masked else f"left({name}::varchar, 80)"
        for name in table.column_names
    ]


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return re.sub(r"[\x00-\x1f|`<>\[\]]", " ", text)


def _schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.about + (f" Unit: {column.unit}." if column.unit else ""),
                constraints=dg.TableColumnConstraints(
                    nullable=column.null,
                    unique=table.key == (column.name,),
                    other=[f"one of {', '.join(column.values)}"] if column.values else [],
                ),
                tags={
                    "pii": column.pii.value,
                    **({"unit": _UNSAFE.sub("_", column.unit).strip("_")} if column.unit else {}),
                },
            )
            for column in table.columns
        ]
    )
