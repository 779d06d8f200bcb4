"""`lms-hris roles`: which groups follow from job, department and place. The commands and their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lms_hris_pipeline.cli.options import By, examples

roles_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris roles list"),
    help="Role mappings: which groups follow from job, department and place.",
)


@roles_app.command(
    name="list",
    epilog=examples("lms-hris roles list", "lms-hris roles list --state proposed"),
)
def list_roles(
    state: Annotated[
        str, typer.Option(help="Only this state: in_force, proposed, rejected, void or automatic.", show_default="all")
    ] = "",
) -> None:
    """List the mappings of the current batch, those that wait for a decision first; say when all were last reviewed."""
    from lms_hris_pipeline.cli.roles import run_list_roles

    run_list_roles(state)


@roles_app.command(
    epilog=examples("lms-hris roles review --out roles.xlsx", "lms-hris roles review --in roles.xlsx --by ada"),
)
def review(
    out: Annotated[Path | None, typer.Option("--out", help="Write all mappings to this new XLSX file.")] = None,
    filled_in: Annotated[Path | None, typer.Option("--in", help="Take the decisions of this XLSX file.")] = None,
    by: By = "",
) -> None:
    """Review all mappings in a workbook: export it, fill in the column `decision`, import it.

    Every row is checked before anything is recorded. What is approved is in force from the next night on.
    """
    from lms_hris_pipeline.cli.roles import run_review

    run_review(out, filled_in, by)
