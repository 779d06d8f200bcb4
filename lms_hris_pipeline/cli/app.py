"""The commands of every day and their help; groups of commands have modules of their own. Each imports its work when
called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lms_hris_pipeline.cli.decision_commands import crosswalk_app, deltas_app, matches_app
from lms_hris_pipeline.cli.match_commands import match_app
from lms_hris_pipeline.cli.options import By, Seed, Workers, examples
from lms_hris_pipeline.cli.role_commands import roles_app
from lms_hris_pipeline.cli.sandbox_commands import sandbox_app
from lms_hris_pipeline.cli.skill_commands import skills_app

_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="lms-hris",
    help="Reconcile the HR system with the learning system, every night.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings=_HELP,
    rich_markup_mode="rich",
    epilog=examples("lms-hris nightly --sandbox", "lms-hris doctor", "lms-hris deltas list"),
)
app.add_typer(sandbox_app, name="sandbox")
app.add_typer(deltas_app, name="deltas")
app.add_typer(crosswalk_app, name="crosswalk")
app.add_typer(matches_app, name="matches")
app.add_typer(match_app, name="match")
app.add_typer(skills_app, name="skills")
app.add_typer(roles_app, name="roles")


@app.command(epilog=examples("lms-hris nightly --sandbox", "lms-hris nightly --as-of 2026-11-23T02:30:00+01:00"))
def nightly(
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Start the sandbox for this run and stop it afterwards.")
    ] = False,
    advance: Annotated[
        bool, typer.Option(help="With --sandbox: play a business day first if the current one has a sealed batch.")
    ] = True,
    workers: Workers = None,
    seed: Seed = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="Instant the night looks at; now by default, in the sandbox the evening of its day."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Fetch everything anew, even if an extract was interrupted.")
    ] = False,
) -> None:
    """Extract, match, reconcile, seal, report and publish what policy allows.

    An extract that was interrupted goes on where it stopped when the same business day is run again.
    """
    from lms_hris_pipeline.cli.nightly import run_nightly

    run_nightly(sandbox=sandbox, advance=advance, workers=workers, seed=seed, as_of=as_of, fresh=fresh)


@app.command(epilog=examples("lms-hris dev", "lms-hris dev --port 3070"))
def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI; 0 takes a free one.")] = 0,
    workers: Workers = None,
    seed: Seed = None,
) -> None:
    """Serve the sandbox and the Dagster UI until Ctrl-C."""
    from lms_hris_pipeline.cli.dev import run_dev

    run_dev(port=port, workers=workers, seed=seed)


@app.command(epilog=examples("lms-hris doctor", "lms-hris doctor --sandbox"))
def doctor(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Start the sandbox for the checks.")] = False,
) -> None:
    """Check settings, secrets, connections, tenants, field mapping, quota, disk and model; say how to mend."""
    from lms_hris_pipeline.cli.doctor import run_doctor

    run_doctor(sandbox=sandbox)


@app.command(
    epilog=examples(
        "lms-hris explain 006253", "lms-hris explain anna.weber@lumen.example", "lms-hris explain learner:10234"
    )
)
def explain(
    record: Annotated[
        str,
        typer.Argument(
            help="Worker id, employee number (a former one too), account id, user name or e-mail; "
            "worker:<id> or learner:<id> where a word could mean two people."
        ),
    ],
    batch: Annotated[str | None, typer.Option(help="A sealed batch; the current one by default.")] = None,
) -> None:
    """Show one record's way: import, scope, match, situation, deltas, or why it was left out."""
    from lms_hris_pipeline.cli.explain import run_explain

    run_explain(record, batch)


@app.command(name="try", epilog=examples("lms-hris try 006253"))
def try_worker(
    worker: Annotated[
        str, typer.Argument(help="Worker id, employee number or e-mail, or the user name or id of their account.")
    ],
) -> None:
    """A dry run for one person: what would be sent, to whom, and what holds it back. Sends nothing."""
    from lms_hris_pipeline.cli.explain import run_try

    run_try(worker)


@app.command(
    epilog=examples("lms-hris publish", "lms-hris publish --sandbox", "lms-hris publish --override-breaker --by ada")
)
def publish(
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Start the sandbox for this run and stop it afterwards.")
    ] = False,
    override_breaker: Annotated[
        bool,
        typer.Option("--override-breaker", help="Send although the breaker tripped; --by is recorded as answerable."),
    ] = False,
    by: By = "",
) -> None:
    """Send what is approved, read it back, keep the evidence."""
    from lms_hris_pipeline.cli.publication import run_publish

    run_publish(sandbox=sandbox, override_breaker=override_breaker, by=by)


@app.command(epilog=examples("lms-hris replay 2026-11-23-01"))
def replay(batch: Annotated[str, typer.Argument(help="A batch whose landing files are kept.")]) -> None:
    """Build a batch again from its landing files alone and compare; sends nothing, changes nothing."""
    from lms_hris_pipeline.cli.replay import run_replay

    run_replay(batch)


@app.command(
    epilog=examples(
        "lms-hris report", "lms-hris report 2026-11-23-01", "lms-hris report 2026-11-23-01 --out /tmp/reports"
    )
)
def report(
    batch: Annotated[str | None, typer.Argument(help="A sealed batch.", show_default="the current one")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to; by default what is missing comes back beside the batch's own reports."),
    ] = None,
) -> None:
    """Make the reports of a sealed batch again, the same to the byte; changes nothing else, asks no vendor."""
    from lms_hris_pipeline.cli.report import run_report

    run_report(batch, out)
