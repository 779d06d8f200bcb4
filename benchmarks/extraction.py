"""The extract beside a bare httpx loop over the same pages: a child of `benchmarks.run`.

Both ask the same sandbox, a process of its own, with the same number of threads and in turns. The loop sends the
requests that the sandbox's journal holds of the extract, through one client, and looks at nothing but the status.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest

from benchmarks.meter import Meter
from lms_hris_pipeline.extract.run import ExtractPlan, extract_system, incomplete_entities
from lms_hris_pipeline.resources.collection import seldom_collected
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.resources.vendors import SYSTEMS, reading
from lms_hris_pipeline_tests.support.nights import House, house
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox

TIMEOUT_SECONDS = 300
TOKEN_SECONDS = 10**6
"""Longer than the loop takes on the sandbox's clock: it never buys a second token."""

JOURNAL_PAGE = 5000
Request = tuple[str, str, tuple[tuple[str, str], ...]]
"""URL, access token, parameters."""


def measure_extraction(home: Path, company: Path, rounds: int) -> dict[str, Any]:
    """Median costs of `extract` and of `loop` over `rounds` turns, and the number of requests."""
    with (
        pytest.MonkeyPatch.context() as patch,
        house(home, company, patch, as_process=True, token_seconds=TOKEN_SECONDS) as built,
        httpx.Client(timeout=TIMEOUT_SECONDS) as http,
    ):
        sandbox = Sandbox(built.server, http, company)
        turns: dict[str, list[dict[str, Any]]] = {"extract": [], "loop": []}
        requests: list[Request] = []
        for number in range(rounds):
            before = _last(sandbox)
            turns["extract"].append(_extract(built, home / f"landing-{number}"))
            requests = requests or _requests_since(sandbox, before)
            turns["loop"].append(_loop(built, requests))
    costs = {what: {name: median(turn[name] for turn in done) for name in done[0]} for what, done in turns.items()}
    return {**costs, "requests": len(requests)}


def _extract(built: House, folder: Path) -> dict[str, Any]:
    """Land both systems anew, as a night does, without Dagster."""
    settings = built.settings
    night = Night(settings, "2026-01-01-01", built.as_of(), Mode.NIGHTLY, "benchmark")
    plan = ExtractPlan(threads=settings.extract.threads, fresh=True)
    meter = Meter(built.server.pid)
    with seldom_collected(), meter.span("extract"):
        for system in SYSTEMS:
            with reading(night, system) as reader:
                results = extract_system(reader, folder / night.batch_id, plan)
            if incomplete := incomplete_entities(results):
                raise RuntimeError("\n".join(incomplete))
    return asdict(meter.costs["extract"])


def _loop(built: House, requests: Sequence[Request]) -> dict[str, Any]:
    """Ask the same again, and read every answer to its end."""
    threads = built.settings.extract.threads
    limits = httpx.Limits(max_connections=threads, max_keepalive_connections=threads)
    meter = Meter(built.server.pid)
    with (
        httpx.Client(timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False) as client,
        ThreadPoolExecutor(threads) as pool,
        meter.span("loop"),
    ):

        def ask(request: Request) -> int:
            url, token, params = request
            reply = client.get(url, params=params, headers={"authorization": f"Bearer {token}"})
            reply.raise_for_status()
            return len(reply.content)

        received = sum(pool.map(ask, requests))
    return {**asdict(meter.costs["loop"]), "bytes": received}


def _requests_since(sandbox: Sandbox, seq: int) -> list[Request]:
    """Every GET that the sandbox has answered since entry `seq` of its journal."""
    roots = {
        "workday": (sandbox.server.workday_url, sandbox.workday_token()),
        "docebo": (sandbox.server.docebo_url, sandbox.docebo_token()),
    }
    found: list[Request] = []
    while entries := sandbox.control("GET", f"/journal?after={seq}&limit={JOURNAL_PAGE}")["entries"]:
        seq = entries[-1]["seq"]
        for entry in entries:
            if entry["method"] == "GET":
                url, token = roots[entry["system"]]
                pairs = (pair.partition("=") for pair in entry["query"].split("&") if pair)
                found.append((url + entry["path"], token, tuple((name, value) for name, _, value in pairs)))
    return found


def _last(sandbox: Sandbox) -> int:
    return int(sandbox.control("GET", "/journal?limit=1")["last"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--company", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--answer", type=Path, required=True)
    given = parser.parse_args()
    given.answer.write_text(json.dumps(measure_extraction(given.home, given.company, given.rounds)), encoding="utf-8")
