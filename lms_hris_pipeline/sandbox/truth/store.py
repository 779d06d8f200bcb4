"""The truth's database: its schema, and how to open it. Written by the generator and the oracle, read by tests.

It lies beside the company's database and is never read by the pipeline.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

TRUTH_FILE = "truth.sqlite"

KINDS = ("primary", "duplicate", "ambiguous", "orphan", "external", "service", "privileged")
"""Whose an account is: the first or a second account of a person; `ambiguous`: the worker is the true one, but the
records cannot tell and a person must decide; `orphan`: an account like an employee's whom HR does not know."""

_SCHEMA = """
create table if not exists identities(learner_id_lms text primary key, worker_id_hris text, kind text not null);
create index if not exists identities_worker on identities(worker_id_hris);
create table if not exists persons(worker_id_hris text primary key, person_id text not null);
create index if not exists persons_person on persons(person_id);
create table if not exists tags(tag text primary key, skill_id text);
create table if not exists role_mappings(source text, value text, group_name text);
create table if not exists faults(
    fault_no integer primary key, kind text not null, worker_id_hris text, learner_id_lms text, field text,
    hris_value text, lms_value text, exception_type text);
create table if not exists expected_deltas(
    family text, entity text, operation text, target_key text, desired text);
create table if not exists expected_exceptions(
    type text, worker_id_hris text, learner_id_lms text, field text, hris_value text, lms_value text);
"""


def open_truth(folder: Path) -> sqlite3.Connection:
    """The truth's database in `folder`, created empty where absent; rows are `sqlite3.Row`."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / TRUTH_FILE, timeout=30)
    connection.row_factory = sqlite3.Row
    return connection


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table that is not there yet."""
    connection.executescript(_SCHEMA)
