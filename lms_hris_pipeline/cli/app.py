"""The commands and their help. Each imports its work when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lms_hris_pipeline.cli.framework_commands import skills_app
from lms_hris_pipeline.cli.match_commands import match_app

_HELP = {"help_option_names": ["-h", "--help"]}


def _example(*lines: str) -> str:
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"  $ {line}" for line in lines)


app = typer.Typer(
    name="lms-hris",
    help="Reconcile the HR system with the learning system, every night.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings=_HELP,
    rich_markup_mode="rich",
    epilog=_example("lms-hris nightly --sandbox", "lms-hris doctor", "lms-hris deltas list"),
)
sandbox_app = typer.Typer(
    no_args_is_help=True,
    epilog=_example("lms-hris sandbox advance"),
    help="The vendors' APIs on loopback over a made-up company.",
)
fault_app = typer.Typer(
    no_args_is_help=True,
    epilog=_example("lms-hris sandbox fault list"),
    help="Faults of a running sandbox: rehearse what vendors do on bad days.",
)
deltas_app = typer.Typer(
    no_args_is_help=True,
    epilog=_example("lms-hris deltas list"),
    help="Proposed changes: look at them, approve or reject them.",
)
crosswalk_app = typer.Typer(
    no_args_is_help=True,
    epilog=_example("lms-hris crosswalk import links.csv"),
    help="Known pairs of workers and accounts.",
)
matches_app = typer.Typer(
    no_args_is_help=True, epilog=_example("lms-hris matches list"), help="Pairs and skill tags that wait for a person."
)
app.add_typer(sandbox_app, name="sandbox")
sandbox_app.add_typer(fault_app, name="fault")
app.add_typer(deltas_app, name="deltas")
app.add_typer(crosswalk_app, name="crosswalk")
app.add_typer(matches_app, name="matches")
app.add_typer(match_app, name="match")
app.add_typer(skills_app, name="skills")

Workers = Annotated[
    int | None, typer.Option(min=50, max=1_000_000, help="Size of a new made-up company.", show_default="2000")
]
Seed = Annotated[int | None, typer.Option(help="Seed of a new made-up company.", show_default="1")]
Learner = Annotated[str, typer.Argument(help="Account id, as `matches list` shows it.")]
Worker = Annotated[str, typer.Argument(help="Worker id, as `matches list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the decision.")]
By = Annotated[str, typer.Option("--by", help="Who decides; the audit trail keeps it.", show_default="you")]


@app.command(epilog=_example("lms-hris nightly --sandbox", "lms-hris nightly --as-of 2026-11-23T02:30:00+01:00"))
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


@app.command(epilog=_example("lms-hris dev", "lms-hris dev --port 3070"))
def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI; 0 takes a free one.")] = 0,
    workers: Workers = None,
    seed: Seed = None,
) -> None:
    """Serve the sandbox and the Dagster UI until Ctrl-C."""
    from lms_hris_pipeline.cli.dev import run_dev

    run_dev(port=port, workers=workers, seed=seed)


@app.command(epilog=_example("lms-hris doctor", "lms-hris doctor --sandbox"))
def doctor(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Start the sandbox for the checks.")] = False,
) -> None:
    """Check settings, secrets, connections, tenants, field mapping, quota, disk and model; say how to mend."""
    from lms_hris_pipeline.cli.doctor import run_doctor

    run_doctor(sandbox=sandbox)


@app.command(
    epilog=_example(
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


@app.command(name="try", epilog=_example("lms-hris try 006253"))
def try_worker(
    worker: Annotated[
        str, typer.Argument(help="Worker id, employee number or e-mail, or the user name or id of their account.")
    ],
) -> None:
    """A dry run for one person: what would be sent, to whom, and what holds it back. Sends nothing."""
    from lms_hris_pipeline.cli.explain import run_try

    run_try(worker)


@app.command(
    epilog=_example("lms-hris publish", "lms-hris publish --sandbox", "lms-hris publish --override-breaker --by ada")
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


@app.command(epilog=_example("lms-hris replay 2026-11-23-01"))
def replay(batch: Annotated[str, typer.Argument(help="A batch whose landing files are kept.")]) -> None:
    """Build a batch again from its landing files alone and compare; sends nothing, changes nothing."""
    from lms_hris_pipeline.cli.replay import run_replay

    run_replay(batch)


@app.command(
    epilog=_example(
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


@sandbox_app.command(epilog=_example("lms-hris sandbox serve --workers 500"))
def serve(
    workers: Workers = None,
    seed: Seed = None,
    quota: Annotated[bool, typer.Option("--quota", help="Enforce 1,000 calls an hour on the virtual clock.")] = False,
) -> None:
    """Serve the vendors' APIs on free loopback ports until Ctrl-C; prints what to export."""
    from lms_hris_pipeline.cli.sandbox import run_serve

    run_serve(workers=workers, seed=seed, quota=quota)


@sandbox_app.command(epilog=_example("lms-hris sandbox advance --days 5"))
def advance(days: Annotated[int, typer.Option(min=1, max=400, help="Business days to play.")] = 1) -> None:
    """Play business days in the made-up company."""
    from lms_hris_pipeline.cli.sandbox import run_advance

    run_advance(days)


@sandbox_app.command(
    epilog=_example("lms-hris sandbox reset --workers 500 --seed 7", "lms-hris sandbox reset --discrepancies 0")
)
def reset(
    workers: Annotated[int, typer.Option(min=50, max=1_000_000, help="Size of the new company.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the new company.")] = 1,
    discrepancies: Annotated[
        float,
        typer.Option(
            min=0, max=10, help="How often the two systems disagree, as a multiple of the usual rates; 0 for never."
        ),
    ] = 1.0,
    keep_batches: Annotated[
        bool, typer.Option("--keep-batches", help="Keep batches, ledger and reports of the old company.")
    ] = False,
) -> None:
    """Make a new company; what the pipeline knew of the old one is removed unless kept."""
    from lms_hris_pipeline.cli.sandbox import run_reset

    run_reset(workers=workers, seed=seed, keep_batches=keep_batches, discrepancies=discrepancies)


Url = Annotated[
    str,
    typer.Option(
        help="Docebo address of the sandbox.", show_default="lms.base_url, as `sandbox serve` has it exported"
    ),
]


@fault_app.command(name="list", epilog=_example("lms-hris sandbox fault list"))
def list_faults(url: Url = "") -> None:
    """List the faults that are armed, with the calls each has seen and hit."""
    from lms_hris_pipeline.cli.faults import run_list_faults

    run_list_faults(url)


@fault_app.command(
    name="set",
    epilog=_example(
        "lms-hris sandbox fault set 503 --always",
        "lms-hris sandbox fault set 429 --path /learn/v1/enrollments --times 3 --retry-after 2",
        "lms-hris sandbox fault set renamed_field --path /manage/v1/user --field email --to e_mail --always",
    ),
)
def set_fault(
    kind: Annotated[
        str,
        typer.Argument(
            help="429, 500, 503, slow, timeout, timeout_after_commit, duplicate_page, missing_page, cut_body, "
            "token_expiry, empty_200, renamed_field or dropped_field."
        ),
    ],
    path: Annotated[str, typer.Option(help="Only calls whose path begins so.")] = "/",
    method: Annotated[str, typer.Option(help="Only this method, such as POST.", show_default="any")] = "",
    query: Annotated[str, typer.Option(help="Only calls whose query holds this, as name=value.")] = "",
    nth: Annotated[int, typer.Option(min=1, help="The first matching call that is hit.")] = 1,
    times: Annotated[int, typer.Option(min=1, help="How many matching calls from there on.")] = 1,
    always: Annotated[bool, typer.Option("--always", help="Every matching call from there on.")] = False,
    retry_after: Annotated[
        int | None, typer.Option(min=0, help="429 and 503: seconds to say in Retry-After.", show_default="not said")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0, help="slow and the timeouts: how long the caller waits.")] = 0.0,
    field: Annotated[str, typer.Option(help="renamed_field, dropped_field: the field.")] = "",
    to: Annotated[str, typer.Option(help="renamed_field: its new name.", show_default="<field>_New")] = "",
    cut: Annotated[str, typer.Option(help="cut_body: body ends early, or connection breaks off.")] = "body",
    url: Url = "",
) -> None:
    """Arm a fault of the running sandbox: the next matching calls meet it."""
    from lms_hris_pipeline.cli.faults import run_set_fault

    wanted: dict[str, object] = {
        "fault": kind, "path": path, "method": method, "query": query, "nth": nth, "times": None if always else times,
        "retry_after": retry_after, "seconds": seconds, "field": field, "to": to, "cut": cut,
    }  # fmt: skip
    run_set_fault(url, wanted)


@fault_app.command(name="clear", epilog=_example("lms-hris sandbox fault clear"))
def clear_faults(url: Url = "") -> None:
    """Disarm all faults."""
    from lms_hris_pipeline.cli.faults import run_clear_faults

    run_clear_faults(url)


@crosswalk_app.command(name="import", epilog=_example("lms-hris crosswalk import links.csv"))
def import_crosswalk(
    file: Annotated[Path, typer.Argument(help="CSV with the columns learner_id_lms and worker_id_hris.")],
    by: By = "",
) -> None:
    """Import known pairs as links; contradictions are listed and nothing of the file is taken."""
    from lms_hris_pipeline.cli.decisions import run_crosswalk

    run_crosswalk(file, by)


@matches_app.command(name="list", epilog=_example("lms-hris matches list"))
def list_matches() -> None:
    """List pairs and skill tags that wait for a decision."""
    from lms_hris_pipeline.cli.decisions import run_list_matches

    run_list_matches()


@matches_app.command(
    name="same", epilog=_example("lms-hris matches same 10234 e5790f160e9669cb32f2fe86528f4c8b --by ada")
)
def same(learner: Learner, worker: Worker, by: By = "", reason: Reason = "") -> None:
    """Decide that an account belongs to a worker."""
    from lms_hris_pipeline.cli.decisions import run_decide_pair

    run_decide_pair(learner, worker, "same", by, reason)


@matches_app.command(
    name="different", epilog=_example("lms-hris matches different 10234 e5790f160e9669cb32f2fe86528f4c8b --by ada")
)
def different(learner: Learner, worker: Worker, by: By = "", reason: Reason = "") -> None:
    """Decide that an account does not belong to a worker."""
    from lms_hris_pipeline.cli.decisions import run_decide_pair

    run_decide_pair(learner, worker, "different", by, reason)


@matches_app.command(
    name="tag", epilog=_example('lms-hris matches tag "Pyhton" SK-0102', 'lms-hris matches tag "misc" -')
)
def tag(
    tag: Annotated[str, typer.Argument(help="The skill tag.")],
    skill: Annotated[str, typer.Argument(help="Skill id of the framework; - for none.")],
    by: By = "",
) -> None:
    """Decide what a skill tag means."""
    from lms_hris_pipeline.cli.decisions import run_decide_tag

    run_decide_tag(tag, None if skill == "-" else skill, by)


State = Annotated[str | None, typer.Option(help="Only this state, such as proposed, approved, failed.")]
Family = Annotated[str | None, typer.Option(help="Only this family, such as accounts or skills.")]


@deltas_app.command(name="list", epilog=_example("lms-hris deltas list --state proposed", "lms-hris deltas list --all"))
def list_deltas(
    state: State = "proposed",
    family: Family = None,
    everything: Annotated[bool, typer.Option("--all", help="Every state.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 50,
) -> None:
    """List deltas."""
    from lms_hris_pipeline.cli.decisions import run_list_deltas

    run_list_deltas(None if everything else state, family, limit)


@deltas_app.command(epilog=_example("lms-hris deltas show 4be1"))
def show(delta: Annotated[str, typer.Argument(help="Id of the delta, or its first digits.")]) -> None:
    """Show one delta: values, base, reason, decisions, attempts."""
    from lms_hris_pipeline.cli.decisions import run_show_delta

    run_show_delta(delta)


Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or their first digits.")]


@deltas_app.command(
    epilog=_example("lms-hris deltas approve 4be1 77c0", "lms-hris deltas approve --family skills --by ada")
)
def approve(ids: Ids = None, family: Family = None, by: By = "", reason: Reason = "") -> None:
    """Approve deltas by id, or all that wait in a family."""
    from lms_hris_pipeline.cli.decisions import run_decide_deltas

    run_decide_deltas(ids or [], family, approve=True, by=by, reason=reason)


@deltas_app.command(epilog=_example('lms-hris deltas reject 4be1 --reason "leaves on Friday anyway"'))
def reject(ids: Ids = None, family: Family = None, by: By = "", reason: Reason = "") -> None:
    """Reject deltas by id, or all that wait in a family."""
    from lms_hris_pipeline.cli.decisions import run_decide_deltas

    run_decide_deltas(ids or [], family, approve=False, by=by, reason=reason)


@deltas_app.command(epilog=_example("lms-hris deltas rollback 4be1 --by ada"))
def rollback(
    ids: Annotated[list[str], typer.Argument(help="Ids of verified deltas, or their first digits.")],
    by: By = "",
) -> None:
    """Propose what takes published deltas back; like every change it waits for an approval before it is sent."""
    from lms_hris_pipeline.cli.publication import run_rollback

    run_rollback(ids, by=by)
