"""`lms-hris report`: the reports of a sealed batch once more, as the night made them. Reads; changes nothing of the batch."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lms_hris_pipeline.cli.terminal import say
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.report.noted import read_facts
from lms_hris_pipeline.report.render import REPORT_FILES, render_reports
from lms_hris_pipeline.resources.snapshot import read_run_facts
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import BatchShelf


def run_report(batch_id: str | None, out: Path | None) -> None:
    """Make the reports of a batch again, of the current one where none is named.

    Into `out`, whatever lies there; else beside the batch's own reports, where files that are missing come back and
    those that are there are compared and left alone.

    Raises:
        BadInput: there is no such sealed batch, another version built it, what its night noted is gone, or `out` is no folder.
        BadInput: a file that is there differs from the one made again.
    """
    settings = load_settings()
    data = settings.firm.data_dir
    shelf = BatchShelf(data)
    name = batch_id or shelf.current()
    if name is None or name not in shelf.sealed():
        sealed = ", ".join(shelf.sealed()[-10:])
        raise BadInput(
            f"There is no sealed batch {name}\n  Sealed: {sealed}" if name and sealed else
            f"There is no sealed batch in {shelf.batches_dir}\n  Run `lms-hris nightly` first."
        )  # fmt: skip
    shelf.check_version(name)
    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file\n  Name a folder: --out <folder>.")
    noted = data / "landing" / name / "_run"
    if not (noted / "run.json").exists() or not (noted / "cases.parquet").exists():
        raise BadInput(
            f"What the night of {name} noted beside its landing files is gone, and without it nobody knows how old its\n"
            "  cases were and where its changes stood\n"
            f"  It is kept for {settings.retention.landing_days} days (retention.landing_days). "
            f"`lms-hris explain <record> --batch {name}` still reads the batch."
        )
    _, as_noted = read_run_facts(noted, data)
    if out is not None:
        _render(shelf, name, noted, as_noted, out)
        _list(out, REPORT_FILES)
        return
    folder = data / "reports" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=folder.parent) as temporary:
        made = Path(temporary) / name
        _render(shelf, name, noted, as_noted, made)
        _put_back(made, folder)


def _render(shelf: BatchShelf, name: str, noted: Path, settings: Settings, folder: Path) -> None:
    with shelf.read(name) as batch:
        render_reports(batch, folder, read_facts(noted, settings))


def _put_back(made: Path, folder: Path) -> None:
    """Move what is missing from `made` to `folder`, unless something that is there differs."""
    there = [file for file in REPORT_FILES if (folder / file).exists()]
    different = [file for file in there if (folder / file).read_bytes() != (made / file).read_bytes()]
    if different:
        raise BadInput(
            f"{', '.join(different)} in {folder} differ from what is made of the batch now; nothing was replaced\n"
            "  Somebody changed them, or another version of the pipeline made them. Write the new ones elsewhere: --out <folder>."
        )
    missing = [file for file in REPORT_FILES if file not in there]
    folder.mkdir(exist_ok=True)
    for file in missing:
        (made / file).replace(folder / file)
    if not missing:
        say("All reports are there, each the same to the byte.")
    _list(folder, missing or REPORT_FILES)


def _list(folder: Path, names: tuple[str, ...] | list[str]) -> None:
    for name in sorted(names):
        say(f"  {folder / name}")
