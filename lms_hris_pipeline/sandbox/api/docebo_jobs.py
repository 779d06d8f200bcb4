"""Docebo's background jobs: a batch too large for one call, carried out chunk by chunk.

A job moves on when it is looked at, and is done in any case once its time on the virtual clock has come.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_enrolment_writes import import_enrolments
from lms_hris_pipeline.sandbox.api.docebo_rules import DUE
from lms_hris_pipeline.sandbox.api.docebo_user_batch import import_users
from lms_hris_pipeline.sandbox.api.docebo_wire import bad_request, data_reply, integer, items_of, json_body, not_found
from lms_hris_pipeline.sandbox.api.options import BATCH_LIMIT
from lms_hris_pipeline.sandbox.api.wire import Call, Reply, dump, like_true, load
from lms_hris_pipeline.sandbox.api.world import World, utc_text

ENDPOINTS = ("/manage/v1/user/batch", "/learn/v1/enrollment/batch")
JOB_ROWS = 100_000
CHUNKS_A_LOOK = 10
SECONDS_A_CHUNK = 5
SECONDS_TO_START = 60
OPEN = ("pending", "in_progress")


def create_job(world: World, call: Call) -> Reply:
    """POST /manage/v1/job"""
    body = json_body(call)
    for name in ("name", "type", "endpoint", "method", "data_source"):
        if not body.get(name):
            raise bad_request(f"{name} is required", name)
    if body["endpoint"] not in ENDPOINTS or body["method"] != "POST":
        raise bad_request("endpoint must be that of a batch", "endpoint")
    chunk = integer(body.get("chunk_size", BATCH_LIMIT), "chunk_size")
    if not 1 <= chunk <= BATCH_LIMIT:
        raise bad_request(f"chunk_size must be from 1 to {BATCH_LIMIT}", "chunk_size")
    source = body["data_source"]
    if not isinstance(source, dict):
        raise bad_request("data_source must be an object", "data_source")
    items = items_of(source, JOB_ROWS)
    payload = {"name": str(body["name"]), "chunk": chunk, "items": items, "options": source.get("options") or {}}
    with world.writing() as connection:
        now = world.now()
        count = connection.execute("select count(*) from lms_jobs").fetchone()[0]
        job_hash = hashlib.sha256(f"{count}/{now.isoformat()}".encode()).hexdigest()[:32]
        seconds = SECONDS_TO_START + SECONDS_A_CHUNK * -(-len(items) // chunk)
        connection.execute(
            "insert into lms_jobs(hash, status, total, done, errors, endpoint, payload, due_at, created_at, result)"
            " values(?, 'pending', ?, 0, 0, ?, ?, ?, ?, '[]')",
            (
                job_hash,
                len(items),
                body["endpoint"],
                dump(payload).decode(),
                utc_text(now + timedelta(seconds=seconds)),
                utc_text(now),
            ),
        )
        row = _job(connection, job_hash)
    return data_reply({"job_descriptor": _descriptor(world, row)})


def view_job(world: World, call: Call) -> Reply:
    """GET /manage/v1/job/{hash}: looking at a job lets it take its next steps."""
    job_hash = call.path_values["hash"]
    row = _job(world.connection(), job_hash)
    if row["status"] in OPEN:
        with world.writing() as connection:
            row = _job(connection, job_hash)
            if row["status"] == "pending":
                connection.execute("update lms_jobs set status = 'in_progress' where hash = ?", (job_hash,))
            elif row["status"] == "in_progress":
                _work(world, connection, row, CHUNKS_A_LOOK)
            row = _job(connection, job_hash)
    return data_reply({"job_descriptor": _descriptor(world, row)})


def list_jobs(world: World, call: Call) -> Reply:
    """GET /manage/v1/job"""
    rows = world.connection().execute("select * from lms_jobs order by created_at desc, hash").fetchall()
    wanted = [row for row in rows if call.first("status", row["status"]) == row["status"]]
    return data_reply({"jobs": [{"job_descriptor": _descriptor(world, row)} for row in wanted]})


def change_job(world: World, call: Call) -> Reply:
    """PUT /manage/v1/job/{hash}: `abort` stops it; what is done stays done."""
    job_hash, body = call.path_values["hash"], json_body(call)
    with world.writing() as connection:
        row = _job(connection, job_hash)
        aborted = like_true(body.get("abort")) and row["status"] in OPEN
        if aborted:
            connection.execute("update lms_jobs set status = 'aborted' where hash = ?", (job_hash,))
    return data_reply({"success": aborted or not like_true(body.get("abort"))})


def finish_due_jobs(world: World, connection: sqlite3.Connection, now: datetime) -> int:
    """Complete every job whose time has come; the number of jobs."""
    due = connection.execute(
        f"select * from lms_jobs where status in (?, ?) and {DUE} <= ? order by created_at, hash",  # noqa: S608
        (*OPEN, utc_text(now)),
    ).fetchall()
    for row in due:
        _work(world, connection, row, None)
    return len(due)


def _job(connection: sqlite3.Connection, job_hash: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("select * from lms_jobs where hash = ?", (job_hash,)).fetchone()
    if row is None:
        raise not_found(f"Job {job_hash} is not known")
    return row


def _work(world: World, connection: sqlite3.Connection, row: sqlite3.Row, chunks: int | None) -> None:
    """Carry out the next `chunks` chunks, or all that are left."""
    payload: dict[str, Any] = load(row["payload"])
    results: list[dict[str, Any]] = load(row["result"])
    done = int(row["done"])
    end = len(payload["items"]) if chunks is None else min(done + chunks * payload["chunk"], len(payload["items"]))
    rows = payload["items"][done:end]
    if row["endpoint"] == ENDPOINTS[0]:
        outcome = import_users(world, connection, rows, payload["options"], done)
    else:
        outcome = import_enrolments(world, connection, rows, done)
    results.extend(each for each in outcome if not each["success"])
    status = "completed" if end == len(payload["items"]) else "in_progress"
    connection.execute(
        "update lms_jobs set status = ?, done = ?, errors = ?, result = ? where hash = ?",
        (status, end, len(results), dump(results).decode(), row["hash"]),
    )


def _descriptor(world: World, row: sqlite3.Row) -> dict[str, Any]:
    total = int(row["total"])
    return {
        "hash": row["hash"],
        "name": load(row["payload"])["name"],
        "status": row["status"],
        "percent": 100 * int(row["done"]) / total if total else 100,
        "errors": int(row["errors"]),
        "total": total,
        "domain": "localhost",
        "date_created": row["created_at"],
        "last_update": utc_text(world.now()),
        "author_id": 1,
        "author_name": "integration",
        "log_file": row["hash"],
        "notify": False,
        "notify_email": "",
        "output": load(row["result"]),
    }
