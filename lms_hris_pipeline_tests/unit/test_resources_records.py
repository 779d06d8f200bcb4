"""Dagster's event files stay open while a run lasts, and nothing of that is left afterwards."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from lms_hris_pipeline.resources.records import records_kept_open

RUN = "a-run"


def _logs(folder: Path) -> set[str]:
    """The names of the write-ahead logs in a folder: SQLite removes one when the last user of its file leaves."""
    return {file.name for file in folder.rglob("*.db-wal")}


def test_event_files_are_not_checkpointed_while_a_run_lasts(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        with records_kept_open(instance, RUN):
            instance.event_log_storage.get_logs_for_run(RUN)
            instance.event_log_storage.get_asset_records()
            assert {f"{RUN}.db-wal", "index.db-wal"} <= _logs(tmp_path)
        assert not {f"{RUN}.db-wal", "index.db-wal"} & _logs(tmp_path)


def test_other_storages_are_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance, records_kept_open(instance, RUN):
        assert instance.event_log_storage.get_logs_for_run(RUN) == []
