"""`lms-hris skills`: frameworks from outside, and what is learnt from one. The commands and their help; each imports its
work when called."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lms_hris_pipeline.cli.options import examples

skills_app = typer.Typer(
    no_args_is_help=True,
    epilog=examples("lms-hris skills import skills_en.csv --from esco --out frameworks/esco-1.2"),
    help="Skill frameworks and occupations from outside, and models learnt from your own.",
)


class Publisher(StrEnum):
    """Whose files they are."""

    ESCO = "esco"
    ONET = "onet"
    LIGHTCAST = "lightcast"
    CASE = "case"
    CSV = "csv"


@skills_app.command(
    name="import",
    epilog=examples(
        "lms-hris skills import skills_en.csv broaderRelationsSkillPillar_en.csv --from esco --out frameworks/esco-1.2",
        'lms-hris skills import "Occupation Data.txt" "Alternate Titles.txt" --from onet --out frameworks/onet-29',
        'lms-hris skills import "Technology Skills.txt" --from onet --out frameworks/onet-29-technology',
        "lms-hris skills import skills.json --from lightcast --out frameworks/lightcast-9",
        "lms-hris skills import package.json --from case --out frameworks/nursing",
        "lms-hris skills import our_skills.csv our_aliases.csv --from csv --out frameworks/ours",
    ),
)
def import_framework(
    files: Annotated[list[Path], typer.Argument(help="The publisher's files, unchanged; which is which shows itself.")],
    publisher: Annotated[Publisher, typer.Option("--from", help="Whose files they are; csv: your own.")],
    out: Annotated[Path, typer.Option(help="New folder for skills.csv or occupations.csv, aliases.csv, broader.csv.")],
) -> None:
    """Check a framework of skills or occupations and write it as the tables that `lms-hris match` reads.

    Your own files: one with skill_id and label, also description and broader_id; one with skill_id and alias. With
    occupation_id in place of skill_id they are occupations.
    """
    from lms_hris_pipeline.cli.frameworks import run_import_framework

    run_import_framework(files, publisher.value, out)


Titles = Annotated[bool, typer.Option("--titles", help="Of job titles, not of skill tags.")]


@skills_app.command(
    epilog=examples(
        "lms-hris skills train",
        "lms-hris skills train --framework frameworks/ours/skills.csv --aliases frameworks/ours/aliases.csv",
        "lms-hris skills train --titles",
        "lms-hris skills train --titles --framework occupations.csv --aliases titles.csv --decisions said.csv",
    )
)
def train(
    batch: Annotated[str | None, typer.Option(help="The batch whose framework and decisions to learn from.")] = None,
    framework: Annotated[
        Path | None, typer.Option(help="Learn from this CSV or Parquet file: skill_id, label.")
    ] = None,
    aliases: Annotated[Path | None, typer.Option(help="Its other names: skill_id, alias.")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="What a person said that tags mean: tag, skill_id; an empty id for none.")
    ] = None,
    titles: Titles = False,
) -> None:
    """Learn what tags mean from your framework and decisions, and stage it with a before and after.

    A third of the decisions is kept apart, and both models are held against it. A few hundred skills take a minute, ten
    thousand half an hour. With --titles it learns what job titles mean: from the batch's job profiles and the titles of
    the people who have them, or from files with occupation_id and title in place of skill_id and tag.
    """
    from lms_hris_pipeline.cli.skill_models import LessonFiles, run_train

    run_train("titles" if titles else "skills", batch, LessonFiles(framework, aliases, decisions))


@skills_app.command(epilog=examples("lms-hris skills adopt skills-own-1a2b3c4d --by ada"))
def adopt(
    version: Annotated[str | None, typer.Argument(help="A staged model; without one, list what there is.")] = None,
    titles: Titles = False,
    by: Annotated[str, typer.Option(help="Who decides; by default the operating system's user.")] = "",
) -> None:
    """Let nights and files use a model that was staged, or the shipped one again."""
    from lms_hris_pipeline.cli.skill_models import run_adopt_meanings

    run_adopt_meanings("titles" if titles else "skills", version, by)
