"""`lms-hris deltas`, `matches` and `crosswalk`: what people decide. The commands and their help; each imports its work
when called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lms_hris_pipeline.cli.options import By, Reason, examples

deltas_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris deltas list"),
    help="Proposed changes: look at them, approve or reject them.",
)
crosswalk_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris crosswalk import links.csv"),
    help="Known pairs of workers and accounts.",
)
matches_app = typer.Typer(
    no_args_is_help=True, epilog=examples("lms-hris matches list"), help="Pairs and skill tags that wait for a person."
)
Learner = Annotated[str, typer.Argument(help="Account id, as `matches list` shows it.")]
Worker = Annotated[str, typer.Argument(help="Worker id, as `matches list` shows it.")]
State = Annotated[str | None, typer.Option(help="Only this state, such as proposed, approved, failed.")]
Family = Annotated[str | None, typer.Option(help="Only this family, such as accounts or skills.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or their first digits.")]


@crosswalk_app.command(name="import", epilog=examples("lms-hris crosswalk import links.csv"))
def import_crosswalk(
    file: Annotated[Path, typer.Argument(help="CSV with the columns learner_id_lms and worker_id_hris.")],
    by: By = "",
) -> None:
    """Import known pairs as links; contradictions are listed and nothing of the file is taken."""
    from lms_hris_pipeline.cli.decisions import run_crosswalk

    run_crosswalk(file, by)


@matches_app.command(name="list", epilog=examples("lms-hris matches list"))
def list_matches() -> None:
    """List pairs and skill tags that wait for a decision."""
    from lms_hris_pipeline.cli.match_review import run_list_matches

    run_list_matches()


@matches_app.command(
    name="review",
    epilog=examples("lms-hris matches review --out matches.xlsx", "lms-hris matches review --in matches.xlsx --by ada"),
)
def review(
    out: Annotated[Path | None, typer.Option(help="Write all that waits to this new XLSX file.")] = None,
    filled_in: Annotated[Path | None, typer.Option("--in", help="Take the decisions of this XLSX file.")] = None,
    by: By = "",
) -> None:
    """Decide on all that waits in a workbook: export it, fill in the column `decision`, import it.

    Every row is checked before anything is recorded. It takes effect in the next night.
    """
    from lms_hris_pipeline.cli.match_review import run_review_matches

    run_review_matches(out, filled_in, by)


@matches_app.command(
    name="same", epilog=examples("lms-hris matches same 10234 e5790f160e9669cb32f2fe86528f4c8b --by ada")
)
def same(learner: Learner, worker: Worker, by: By = "", reason: Reason = "") -> None:
    """Decide that an account belongs to a worker."""
    from lms_hris_pipeline.cli.decisions import run_decide_pair

    run_decide_pair(learner, worker, "same", by, reason)


@matches_app.command(
    name="different", epilog=examples("lms-hris matches different 10234 e5790f160e9669cb32f2fe86528f4c8b --by ada")
)
def different(learner: Learner, worker: Worker, by: By = "", reason: Reason = "") -> None:
    """Decide that an account does not belong to a worker."""
    from lms_hris_pipeline.cli.decisions import run_decide_pair

    run_decide_pair(learner, worker, "different", by, reason)


@matches_app.command(
    name="tag",
    epilog=examples(
        'lms-hris matches tag "Pyhton" SK-0102',
        'lms-hris matches tag "misc" -',
        'lms-hris matches tag "Java" SK-0417 --not',
    ),
)
def tag(
    tag: Annotated[str, typer.Argument(help="The skill tag.")],
    skill: Annotated[str, typer.Argument(help="Skill id of the framework; - for none.")],
    is_not: Annotated[bool, typer.Option("--not", help="It does not mean this skill, whatever else it means.")] = False,
    by: By = "",
) -> None:
    """Decide what a skill tag means, or what it does not.

    A later decision on the same tag and skill takes the place of an earlier one.
    """
    from lms_hris_pipeline.cli.decisions import run_decide_tag

    run_decide_tag(tag, None if skill == "-" else skill, by, is_not=is_not)


@deltas_app.command(name="list", epilog=examples("lms-hris deltas list --state proposed", "lms-hris deltas list --all"))
def list_deltas(
    state: State = "proposed",
    family: Family = None,
    everything: Annotated[bool, typer.Option("--all", help="Every state.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 50,
) -> None:
    """List deltas."""
    from lms_hris_pipeline.cli.decisions import run_list_deltas

    run_list_deltas(None if everything else state, family, limit)


@deltas_app.command(epilog=examples("lms-hris deltas show 4be1"))
def show(delta: Annotated[str, typer.Argument(help="Id of the delta, or its first digits.")]) -> None:
    """Show one delta: values, base, reason, decisions, attempts."""
    from lms_hris_pipeline.cli.decisions import run_show_delta

    run_show_delta(delta)


@deltas_app.command(
    epilog=examples("lms-hris deltas approve 4be1 77c0", "lms-hris deltas approve --family skills --by ada")
)
def approve(ids: Ids = None, family: Family = None, by: By = "", reason: Reason = "") -> None:
    """Approve deltas by id, or all that wait in a family."""
    from lms_hris_pipeline.cli.decisions import run_decide_deltas

    run_decide_deltas(ids or [], family, approve=True, by=by, reason=reason)


@deltas_app.command(epilog=examples('lms-hris deltas reject 4be1 --reason "leaves on Friday anyway"'))
def reject(ids: Ids = None, family: Family = None, by: By = "", reason: Reason = "") -> None:
    """Reject deltas by id, or all that wait in a family."""
    from lms_hris_pipeline.cli.decisions import run_decide_deltas

    run_decide_deltas(ids or [], family, approve=False, by=by, reason=reason)


@deltas_app.command(epilog=examples("lms-hris deltas rollback 4be1 --by ada"))
def rollback(
    ids: Annotated[list[str], typer.Argument(help="Ids of verified deltas, or their first digits.")],
    by: By = "",
) -> None:
    """Propose what takes published deltas back; like every change it waits for an approval before it is sent."""
    from lms_hris_pipeline.cli.publication import run_rollback

    run_rollback(ids, by=by)
