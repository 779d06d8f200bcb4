"""What reviews have in common: the batch and the ledger, out into a new workbook, in from a filled-in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lms_hris_pipeline.ledger import Ledger, open_ledger
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf


def check_files(out: Path | None, filled_in: Path | None) -> None:
    """Refuse what names not just one way, and a new workbook that cannot be made.

    Raises:
        BadInput: so it is.
    """
    if (out is None) == (filled_in is None):
        raise BadInput("Say either where to write the workbook (--out) or which one is filled in (--in)")
    if out is None:
        return
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}\n  Make it, or name another file.")
    if out.suffix.lower() != ".xlsx":
        raise BadInput(f"{out} is no .xlsx file\n  Name the workbook to write, for example review.xlsx.")
    if out.exists():
        raise BadInput(f"{out} exists\n  It may hold decisions; name another file, or move it away.")


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """Where to write what becomes `out` once it is whole; nothing stays behind of what is not."""
    part = out.with_name(f".{out.name}.part")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def batch_and_ledger(settings: Settings) -> Iterator[tuple[Batch, Ledger]]:
    """The current sealed batch and the ledger."""
    with BatchShelf(settings.firm.data_dir).read() as batch, closing(open_ledger(settings.ledger_url)) as ledger:
        yield batch, ledger
