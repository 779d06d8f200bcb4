"""`lms-hris match`: the matcher for anybody's tables. The commands and their help; each imports its work when called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lms_hris_pipeline.cli.options import examples

match_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris match people --workers hr.csv --learners lms.csv --out links.csv"),
    help="Match tables of your own: who is who, who is there twice, what skill tags and job titles mean.",
)
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="THEIRS=OURS",
        help="The file's column that is one of ours, such as given_name=first_name; id is the row's id. Repeatable.",
    ),
]
DateFormat = Annotated[
    str, typer.Option(help="How dates are written, such as %d/%m/%Y.", show_default="2026-11-23 or 20261123")
]
BadDates = Annotated[
    str,
    typer.Option(metavar="refuse|empty", help="What to do about dates that cannot be read: stop, or leave them out."),
]
Encoding = Annotated[str, typer.Option(help="How the CSV files are written, such as cp1252.")]
Precision = Annotated[
    float,
    typer.Option(metavar="SHARE", help="Which share of the accepted must be right; the more, the fewer are accepted."),
]


@match_app.command(
    epilog=examples(
        "lms-hris match people --workers hr.parquet --learners lms.parquet --out links.parquet",
        "lms-hris match people --workers hr.csv --learners lms.csv --out links.csv --report links.html",
        "lms-hris match people --workers hr.csv --learners lms.csv --out links.csv --decisions said.csv",
        "lms-hris match people --workers hr.csv --learners lms.csv --out links.csv --learners-date-format %d/%m/%Y",
        'lms-hris match people --workers a.csv --learners b.csv --out links.csv --map rec_id=id --map "given_name=first_name"',
    )
)
def people(
    workers: Annotated[Path, typer.Option(help="CSV or Parquet: worker_id and what is known of each.")],
    learners: Annotated[Path, typer.Option(help="CSV or Parquet: learner_id and what is known of each.")],
    out: Annotated[Path, typer.Option(help="CSV or Parquet to write: one row a learner.")],
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet of pairs that a person decided: worker_id, learner_id, decision (same or different)."
        ),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="HTML page to write, with the pairs to look at.")] = None,
    maps: Maps = None,
    date_format: DateFormat = "",
    bad_dates: BadDates = "refuse",
    encoding: Encoding = "utf-8",
    learners_date_format: Annotated[
        str, typer.Option(help="How the learners' dates are written, where otherwise than the workers'.")
    ] = "",
    learners_encoding: Annotated[
        str, typer.Option(help="How the learners' CSV file is written, where otherwise than the workers'.")
    ] = "",
) -> None:
    """Find each learner's worker: linked, to review, second account, or nobody.

    Both files have an id and any of employee_number, first_name, last_name, email, department, job_title, manager_email,
    location, hire_date; also birth_date, street, postcode, city, universal_id. What is missing is taken as empty and said,
    other columns are ignored and named. Thresholds are those of \\[matching] in the settings, where there are any.
    """
    from lms_hris_pipeline.cli.match_files import Reading, run_match_people

    reading = Reading(tuple(maps or ()), date_format, bad_dates, encoding, learners_date_format, learners_encoding)
    run_match_people(workers, learners, out, decisions, report, reading)


@match_app.command(
    epilog=examples(
        "lms-hris match dedupe --people people.parquet --out pairs.parquet",
        "lms-hris match dedupe --people people.csv --out pairs.csv --map rec_id=id --map surname=last_name",
    )
)
def dedupe(
    people: Annotated[
        Path, typer.Option(help="CSV or Parquet: person_id (or id, worker_id, learner_id) and what is known.")
    ],
    out: Annotated[Path, typer.Option(help="CSV or Parquet to write: one row a pair of records of one person.")],
    maps: Maps = None,
    date_format: DateFormat = "",
    bad_dates: BadDates = "refuse",
    encoding: Encoding = "utf-8",
) -> None:
    """Find records of one table that are the same person."""
    from lms_hris_pipeline.cli.match_files import Reading, run_dedupe

    run_dedupe(people, out, Reading(tuple(maps or ()), date_format, bad_dates, encoding))


@match_app.command(
    epilog=examples(
        "lms-hris match skills --framework esco.csv --aliases aliases.csv --tags tags.csv --out meant.parquet",
        "lms-hris match skills --framework ours.csv --tags tags.csv --out meant.csv --precision 0.99",
    )
)
def skills(
    framework: Annotated[
        Path, typer.Option(help="CSV or Parquet: skill_id, label; also description, which is shown where to review.")
    ],
    tags: Annotated[Path, typer.Option(help="CSV or Parquet: tag_id, tag.")],
    out: Annotated[Path, typer.Option(help="CSV or Parquet to write: one row a tag and rank, up to five ranks.")],
    aliases: Annotated[Path | None, typer.Option(help="CSV or Parquet of other names: skill_id, alias.")] = None,
    precision: Precision = 0.98,
    encoding: Encoding = "utf-8",
) -> None:
    """Say which skill of a framework each tag means, with a probability: accepted, to review, or no match.

    The confidence is the probability that the first skill is right; it and the decision stand on every rank's row. What
    was answered once is kept in the data folder and needs no model again.
    """
    from lms_hris_pipeline.cli.match_meanings import MeaningFiles, run_match_meanings

    run_match_meanings("skills", MeaningFiles(framework, aliases, tags, out, encoding), precision)


@match_app.command(
    epilog=examples(
        "lms-hris match titles --occupations onet.csv --aliases titles.csv --titles ours.csv --out meant.parquet"
    )
)
def titles(
    occupations: Annotated[Path, typer.Option(help="CSV or Parquet: occupation_id, label. Job profiles do as well.")],
    titles: Annotated[Path, typer.Option(help="CSV or Parquet: title_id, title.")],
    out: Annotated[Path, typer.Option(help="CSV or Parquet to write: one row a title and rank, up to five ranks.")],
    aliases: Annotated[Path | None, typer.Option(help="CSV or Parquet of other titles: occupation_id, alias.")] = None,
    precision: Precision = 0.98,
    encoding: Encoding = "utf-8",
) -> None:
    """Say which occupation or job profile each job title means, as `match skills` does for tags."""
    from lms_hris_pipeline.cli.match_meanings import MeaningFiles, run_match_meanings

    run_match_meanings("titles", MeaningFiles(occupations, aliases, titles, out, encoding), precision)


@match_app.command(epilog=examples("lms-hris match recalibrate", "lms-hris match recalibrate --unlabelled"))
def recalibrate(
    batch: Annotated[str | None, typer.Option(help="The batch whose records and decisions to learn from.")] = None,
    unlabelled: Annotated[
        bool, typer.Option("--unlabelled", help="Learn from the records alone; hold all decisions against it.")
    ] = False,
) -> None:
    """Learn weights from the decisions people took on pairs, and stage them with a before and after."""
    from lms_hris_pipeline.cli.match_models import run_recalibrate

    run_recalibrate(batch, unlabelled=unlabelled)


@match_app.command(epilog=examples("lms-hris match adopt people-4-r1a2b3c4d --by ada"))
def adopt(
    version: Annotated[str | None, typer.Argument(help="A staged model; without one, list what there is.")] = None,
    by: Annotated[str, typer.Option(help="Who decides; by default the operating system's user.")] = "",
) -> None:
    """Let the nights use a model that was staged, or the shipped one again."""
    from lms_hris_pipeline.cli.match_models import run_adopt

    run_adopt(version, by)
