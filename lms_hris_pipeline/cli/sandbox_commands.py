"""`lms-hris sandbox`: the made-up company and its vendors. The commands and their help; each imports its work when called."""

from __future__ import annotations

from typing import Annotated

import typer

from lms_hris_pipeline.cli.options import Seed, Workers, examples

sandbox_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris sandbox advance"),
    help="The vendors' APIs on loopback over a made-up company.",
)
fault_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris sandbox fault list"),
    help="Faults of a running sandbox: rehearse what vendors do on bad days.",
)
sandbox_app.add_typer(fault_app, name="fault")
Url = Annotated[
    str,
    typer.Option(
        help="Docebo address of the sandbox.", show_default="lms.base_url, as `sandbox serve` has it exported"
    ),
]


@sandbox_app.command(epilog=examples("lms-hris sandbox serve --workers 500"))
def serve(
    workers: Workers = None,
    seed: Seed = None,
    quota: Annotated[bool, typer.Option("--quota", help="Enforce 1,000 calls an hour on the virtual clock.")] = False,
) -> None:
    """Serve the vendors' APIs on free loopback ports until Ctrl-C; prints what to export."""
    from lms_hris_pipeline.cli.sandbox import run_serve

    run_serve(workers=workers, seed=seed, quota=quota)


@sandbox_app.command(epilog=examples("lms-hris sandbox advance --days 5"))
def advance(days: Annotated[int, typer.Option(min=1, max=400, help="Business days to play.")] = 1) -> None:
    """Play business days in the made-up company."""
    from lms_hris_pipeline.cli.sandbox import run_advance

    run_advance(days)


@sandbox_app.command(
    epilog=examples("lms-hris sandbox reset --workers 500 --seed 7", "lms-hris sandbox reset --discrepancies 0")
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


@fault_app.command(name="list", epilog=examples("lms-hris sandbox fault list"))
def list_faults(url: Url = "") -> None:
    """List the faults that are armed, with the calls each has seen and hit."""
    from lms_hris_pipeline.cli.faults import run_list_faults

    run_list_faults(url)


@fault_app.command(
    name="set",
    epilog=examples(
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


@fault_app.command(name="clear", epilog=examples("lms-hris sandbox fault clear"))
def clear_faults(url: Url = "") -> None:
    """Disarm all faults."""
    from lms_hris_pipeline.cli.faults import run_clear_faults

    run_clear_faults(url)
