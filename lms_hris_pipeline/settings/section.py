"""What every section of the settings is: frozen, closed, each value with its meaning beside it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section; a name that it does not know is an error. Docstrings below values become their descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
