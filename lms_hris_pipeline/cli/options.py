"""What several commands share: their options, and how examples are shown."""

from __future__ import annotations

from typing import Annotated

import typer


def examples(*lines: str) -> str:
    """The epilog that shows command lines as examples."""
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"  $ {line}" for line in lines)


Workers = Annotated[
    int | None, typer.Option(min=50, max=1_000_000, help="Size of a new made-up company.", show_default="2000")
]
Seed = Annotated[int | None, typer.Option(help="Seed of a new made-up company.", show_default="1")]
Reason = Annotated[str, typer.Option(help="Why; kept with the decision.")]
By = Annotated[str, typer.Option("--by", help="Who decides; the audit trail keeps it.", show_default="you")]
