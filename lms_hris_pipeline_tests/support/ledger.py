"""Ledgers for tests: on SQLite in a folder, on a PostgreSQL server of the test's own; made-up wishes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.model.delta import ProposedDelta
from lms_hris_pipeline.model.wish import canonical_json, wish_id
from lms_hris_pipeline.settings import PolicySettings

NOW = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
FAMILIES = ("accounts", "organisation", "roles", "enrolments", "skills", "training_records", "offboarding")


def policy(phase: str = "approve", **phases: str) -> PolicySettings:
    """The same phase for all families but those named."""
    return PolicySettings(**{**dict.fromkeys(FAMILIES, phase), **phases})


def wish(
    operation: str,
    target_key: str,
    desired: Mapping[str, Any],
    base: Mapping[str, Any] | None = None,
    *,
    family: str = "accounts",
    entity: str = "account",
    system: str = "lms",
    risk: str = "low",
) -> ProposedDelta:
    """A wish as reconciliation would propose it."""
    found = dict(base or {})
    kind, _, identity = target_key.partition(":")
    return ProposedDelta(
        wish_id=wish_id(system, entity, target_key, operation, dict(desired), found),
        family=family,
        target_system=system,
        entity=entity,
        operation=operation,
        target_key=target_key,
        worker_id_hris=identity if kind == "worker" else None,
        learner_id_lms=identity if kind == "learner" else None,
        desired=canonical_json(dict(desired)),
        base=canonical_json(found),
        reason="A test.",
        risk=risk,
    )


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a database server that lives as long as the block; skips where none is installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        pytest.skip("no PostgreSQL server is installed (apt install postgresql)")
    binaries = installed[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="lms-hris-pg-"))
    shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(["runuser", "-u", "postgres", "--", *command], check=True, capture_output=True, cwd=folder)

    data = str(folder / "data")
    run(
        f"{binaries}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
    run(f"{binaries}/pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(f"{binaries}/pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
