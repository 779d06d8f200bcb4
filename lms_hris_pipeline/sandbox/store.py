"""The made-up company's database: its schema, and how to open it. What stands in it is made by `company`.

One SQLite file holds the state of both vendors, so that what is published is really there afterwards.
"""

from __future__ import annotations

import sqlite3
import zlib
from datetime import UTC, date, datetime, time
from pathlib import Path

from lms_hris_pipeline.model.errors import BadInput

COMPANY_FILE = "company.sqlite"
NIGHT = time(21, tzinfo=UTC)

_SCHEMA = """
create table if not exists meta(key text primary key, value text);
create table if not exists hris_workers(wid text primary key, employee_id text, is_terminated int, record text);
create table if not exists hris_worker_locations(location_id text, wid text, primary key(location_id, wid)) without rowid;
create table if not exists hris_objects(report text, id text, record text, primary key(report, id));
create table if not exists hris_skill_items(
    item_id text primary key, wid text, skill_id text, skill_name text, remote_id text, level text);
create index if not exists hris_skill_items_wid on hris_skill_items(wid);
create table if not exists hris_learning_records(
    record_id text primary key, wid text, content_id text, completion_date text, score text, expiration_date text,
    recorded_moment text, source text, rescinded int);
create index if not exists hris_learning_records_wid on hris_learning_records(wid);
create index if not exists hris_learning_records_date on hris_learning_records(completion_date);
create table if not exists lms_users(
    user_id integer primary key, username text collate nocase unique, firstname text, lastname text, email text,
    status text, level text, branch_id int, manager_id int, creation_date text, last_update text,
    last_access_date text, expiration_date text, language text, timezone text,
    field_1 text, field_2 text, field_3 text, field_4 text, field_5 text, field_6 text, field_7 text, field_8 text,
    field_9 text);
create table if not exists lms_branches(
    id integer primary key, code text unique, title text, parent_id int, lev int, ileft int, iright int);
create table if not exists lms_groups(id integer primary key, name text, type text, rule_field text, rule_value text);
create table if not exists lms_group_members(group_id int, user_id int, primary key(group_id, user_id)) without rowid;
create index if not exists lms_group_members_user on lms_group_members(user_id);
create table if not exists lms_group_sync(user_id int primary key, due_at text);
create table if not exists lms_courses(id integer primary key, code text unique, record text);
create table if not exists lms_enrolments(
    id integer primary key, user_id int, course_id int, status text, level text, enrollment_date text,
    completion_date text, score text, last_update text, owner text, archived int,
    unique(user_id, course_id, archived));
create index if not exists lms_enrolments_last_update on lms_enrolments(last_update);
create table if not exists lms_enrolment_rules(id integer primary key, group_id int, branch_id int, course_id int);
create table if not exists lms_certifications(id integer primary key, record text);
create table if not exists lms_certificates(
    certification_id int, user_id int, issued_date text, expire_date text, primary key(certification_id, user_id));
create table if not exists lms_skills(skill_id integer primary key, title text, description text, active int);
create table if not exists lms_course_skills(course_id int, skill_id int, primary key(course_id, skill_id));
create table if not exists lms_jobs(
    hash text primary key, status text, total int, done int, errors int, endpoint text, payload text, due_at text,
    created_at text, result text);
"""
VERSION = zlib.crc32(_SCHEMA.encode()) >> 1
"""Of the schema, as SQLite keeps it: 31 bits that change with it."""


def open_company(folder: Path) -> sqlite3.Connection:
    """The company's database in `folder`, created empty where absent; rows are `sqlite3.Row`.

    Raises:
        BadInput: another version of the sandbox made it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / COMPANY_FILE, timeout=30)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma busy_timeout = 30000")
    (version,) = connection.execute("pragma user_version").fetchone()
    is_made = connection.execute("select 1 from sqlite_master where name = 'hris_workers'").fetchone() is not None
    if is_made and version != VERSION:
        connection.close()
        raise BadInput(
            f"The made-up company in {folder} was made by another version of the sandbox\n"
            "  `lms-hris sandbox reset` makes a new one; what the pipeline knew of the old one goes with it."
        )
    return connection


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table that is not there yet."""
    connection.executescript(_SCHEMA)
    connection.execute(f"pragma user_version = {VERSION}")


def company_date(connection: sqlite3.Connection) -> date:
    """The business day the company has reached."""
    row = connection.execute("select value from meta where key = 'company_date'").fetchone()
    return date.fromisoformat(row["value"])


def instant(connection: sqlite3.Connection) -> datetime:
    """The instant at which a night looks at the company: 21:00 UTC of its day."""
    return datetime.combine(company_date(connection), NIGHT)
