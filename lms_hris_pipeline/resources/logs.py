"""The log of a run: JSON lines with the batch id, one file a batch, without personal data.

`data/logs/<batch>.jsonl`; a replay and a scratch copy have files of their own, because they are no part of the night.
What Dagster itself keeps of a run is in its own storage.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOGGER = "lms_hris_pipeline"
logger = logging.getLogger(LOGGER)


class JsonLines(logging.Formatter):
    """A record as one JSON object: at, level, batch, and what the message says."""

    def __init__(self, batch_id: str) -> None:
        super().__init__()
        self._batch_id = batch_id

    def format(self, record: logging.LogRecord) -> str:
        """One line; of an exception only its kind, because its text may hold a person's data."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "batch": self._batch_id,
            **_fields(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
        return json.dumps(said, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    text = record.getMessage()
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"event": "message", "text": text}


def note(event: str, **fields: object) -> None:
    """Log an event with its fields."""
    logger.info(json.dumps({"event": event, **fields}, default=str))


def is_logging() -> bool:
    """Whether this process writes a run's log already."""
    return any(isinstance(handler.formatter, JsonLines) for handler in logger.handlers)


@contextmanager
def logging_to(data_dir: Path, batch_id: str, *, keep_days: int, name: str = "") -> Iterator[Path]:
    """Within the context what the pipeline logs is added to the batch's file; files older than `keep_days` go.

    Args:
        name: of the file, where it is not the batch's own.
    """
    folder = data_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    oldest = (datetime.now(UTC) - timedelta(days=keep_days)).timestamp()
    for file in folder.glob("*.jsonl"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
    path = folder / f"{name or batch_id}.jsonl"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(JsonLines(batch_id))
    level, propagates = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield path
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates
        # what a full disk stops is told by the step that it stops
        with suppress(OSError):
            handler.close()
