"""`lms-hris match skills` and `match titles`: from files to files. What a tag means is decided in `match`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.cli.match_files import check_outputs, doing, folder_settings, show_counts
from lms_hris_pipeline.cli.terminal import say, say_aside
from lms_hris_pipeline.match.people_files import check_suffix, read_table, whole_or_not, write_table
from lms_hris_pipeline.match.skill_drift import Seen, has_drifted_from_model
from lms_hris_pipeline.match.skill_model import Kind
from lms_hris_pipeline.model.errors import BadInput

_TELL_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class MeaningFiles:
    """The files of one run, and how CSV files are written."""

    framework: Path
    aliases: Path | None
    tags: Path
    out: Path
    encoding: str = "utf-8"

    @property
    def inputs(self) -> list[Path]:
        """The files that are read."""
        return [self.framework, self.tags, *([self.aliases] if self.aliases else [])]


def run_match_meanings(kind: Kind, files: MeaningFiles, precision: float) -> None:
    """Place the tags of one file among the targets of another and write what each means.

    Raises:
        BadInput: a file or an option cannot be used.
    """
    if not 0.5 <= precision < 1.0:
        raise BadInput(f"--precision {precision} is not from 0.5 to below 1\n  Write for example 0.98.")
    check_outputs([files.out], files.inputs)
    check_suffix(files.out)
    settings = folder_settings()
    started = time.monotonic()
    from lms_hris_pipeline.match.skill_files import COLUMNS, match_tags, take_descriptions, take_framework, take_tags
    from lms_hris_pipeline.match.skill_models import mind_of

    columns = COLUMNS[kind]
    with doing("Reading"):
        aliases = read_table(files.aliases, files.encoding) if files.aliases else None
        framework = read_table(files.framework, files.encoding)
        entries, notes = take_framework(framework, aliases, columns)
        descriptions = take_descriptions(framework, columns)
        tags, more_notes = take_tags(read_table(files.tags, files.encoding), columns)
    for note in [*notes, *more_notes]:
        say(note)
    mind = replace(mind_of(kind, settings.skills, settings.firm.data_dir), tell=_tell_how_far())
    with doing(f"Placing {tags.num_rows:,} {columns.tag}s among {len(entries):,} texts"):
        review_at, cache_dir = settings.skills.review_at, settings.firm.data_dir / "cache"
        found = match_tags(tags, entries, mind, precision, review_at, cache_dir, descriptions)
    with doing("Writing"), whole_or_not(files.out) as [part]:
        write_table(part, found.rows)
    first = found.rows.filter(pc.equal(found.rows["rank"], 1))
    show_counts(first, "decision", ("accept", "review", "no_match"), f"{columns.tag}s")
    _warn_of_drift(first, mind.model.usual_share)
    told = f"{tags.num_rows:,} {columns.tag}s, {found.new_tags:,} of them never answered before"
    say(f"{told}, in {time.monotonic() - started:.1f} s, by {mind.version}: {files.out}")


def _tell_how_far() -> Callable[[int, int], None]:
    """Says every few seconds, where errors go, how many texts have their vector: a framework's first run takes minutes."""
    last = time.monotonic()

    def tell(done: int, texts: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TELL_EVERY_SECONDS:
            last = time.monotonic()
            say_aside(f"Embedded {done:,} of {texts:,} new texts")

    return tell


def _warn_of_drift(first: pa.Table, usual_share: float) -> None:
    unmatched = Seen(pc.sum(pc.equal(first["decision"], "no_match")).as_py() or 0, first.num_rows)
    if has_drifted_from_model(unmatched, 1 - usual_share):
        say(
            f"{100 * unmatched.share:.0f} % are without a match, far more than usual: the framework may lack what they mean.",
            style="yellow",
        )
