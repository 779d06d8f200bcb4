"""Makes a company of any size, piece by piece in bounded memory, and injects what is wrong with it.

The same size, seed and rates always make the same company. Not here: playing days.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import orjson

from lms_hris_pipeline.sandbox.company import catalogue as catalog
from lms_hris_pipeline.sandbox.company import jobs, money, organisation, places
from lms_hris_pipeline.sandbox.company.faults import inject
from lms_hris_pipeline.sandbox.company.framework import skills
from lms_hris_pipeline.sandbox.company.groups import (
    MANUAL_GROUPS,
    followed_groups,
    group_ids,
    group_rows,
    right_mappings,
)
from lms_hris_pipeline.sandbox.company.others import make_others
from lms_hris_pipeline.sandbox.company.people import PeopleMaker, Person
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY
from lms_hris_pipeline.sandbox.company.population import Population
from lms_hris_pipeline.sandbox.company.rates import FaultRates
from lms_hris_pipeline.sandbox.company.records import save_accounts, save_workers
from lms_hris_pipeline.sandbox.company.training import TrainingMaker
from lms_hris_pipeline.sandbox.store import create_schema, open_company
from lms_hris_pipeline.sandbox.truth import refresh
from lms_hris_pipeline.sandbox.truth.store import create_schema as create_truth_schema
from lms_hris_pipeline.sandbox.truth.store import open_truth

CHUNK = 2000
CACHE_KB = 64_000
LEAST_WORKERS = 50
MOST_WITH_TRUTH = 50_000
LARGE_INDEXES = {
    "hris_skill_items_wid": "hris_skill_items(wid)",
    "hris_learning_records_wid": "hris_learning_records(wid)",
    "hris_learning_records_date": "hris_learning_records(completion_date)",
    "lms_enrolments_last_update": "lms_enrolments(last_update)",
    "lms_group_members_user": "lms_group_members(user_id)",
}
"""Made again once the rows are there: filling sorted indexes row by row took half of the time."""


def generate(folder: Path, *, workers: int, seed: int, faults: FaultRates, with_truth: bool = True) -> None:
    """Write company.sqlite and truth.sqlite into `folder`, which must not hold a company yet.

    Args:
        workers: worker records in HR before discrepancies add some, at least 50.
        faults: how often each discrepancy is injected.
        with_truth: work out the expected deltas and exceptions as well; above MOST_WITH_TRUTH workers they are left
            out in any case, since they are worked out in memory.

    Raises:
        ValueError: `workers` is too small, or there is a company in `folder` already.
    """
    if workers < LEAST_WORKERS:
        raise ValueError(f"a company of {workers} workers is too small: ask for at least {LEAST_WORKERS}")
    with contextlib.closing(open_company(folder)) as company, contextlib.closing(open_truth(folder)) as truth:
        create_schema(company)
        create_truth_schema(truth)
        if company.execute("select 1 from meta").fetchone() is not None:
            raise ValueError(f"there is a company in {folder} already: choose another folder or remove it")
        for connection in (company, truth):
            # a file that is not there yet needs no way back: without a journal each page is written once
            for pragma in ("journal_mode = off", "synchronous = off", f"cache_size = -{CACHE_KB}"):
                connection.execute(f"pragma {pragma}")
        for name in LARGE_INDEXES:
            company.execute(f"drop index {name}")
        people, catalogue = _make_company(company, truth, workers, seed)
        for name, on in LARGE_INDEXES.items():
            company.execute(f"create index {name} on {on}")
        company.execute("insert into meta(key, value) values('fault_rates', ?)", (faults.to_json(),))
        inject(company, truth, people=people, catalogue=catalogue, workers=workers, rates=faults)
        for connection in (company, truth):
            connection.commit()
        company.execute("pragma journal_mode = wal")
    if with_truth and workers <= MOST_WITH_TRUTH:
        refresh(folder)


def _make_company(
    company: sqlite3.Connection, truth: sqlite3.Connection, workers: int, seed: int
) -> tuple[PeopleMaker, catalog.Catalogue]:
    """Write a company without any discrepancy."""
    population = Population.of(workers)
    catalogue = catalog.make_catalogue(seed)
    people = PeopleMaker(seed, population)
    training = TrainingMaker(catalogue, Random(f"{seed}/free words"))
    _write_frame(company, catalogue, population)
    for start in range(0, population.persons, CHUNK):
        rng = Random(f"{seed}/people/{start}")
        persons = [people.make(number, rng) for number in range(start, min(start + CHUNK, population.persons))]
        for person in persons:
            training.make(person, rng)
        _write_people(company, truth, persons)
        training.rows.write(company)
    make_others(company, truth, workers, seed)
    rng = Random(f"{seed}/money")
    _write_objects(company, "INT_LMS_Licence_Contracts", money.contract_rows(workers))
    _write_objects(
        company, "INT_LMS_Supplier_Invoices", money.invoice_rows(catalogue, training.enrolments_by_month, workers, rng)
    )
    _write_objects(company, "INT_LMS_Requisitions", money.requisition_rows(people, max(3, workers // 100), rng))
    truth.executemany("insert into tags(tag, skill_id) values(?, ?)", sorted(catalogue.book.meanings.items()))
    truth.executemany("insert into role_mappings(source, value, group_name) values(?, ?, ?)", right_mappings())
    company.executemany(
        "insert into meta(key, value) values(?, ?)",
        [
            ("company_date", FIRST_DAY.isoformat()),
            ("seed", str(seed)),
            ("workers", str(workers)),
            ("lms_name", "Lumen Academy"),
        ],
    )
    return people, catalogue


def _write_frame(company: sqlite3.Connection, catalogue: catalog.Catalogue, population: Population) -> None:
    """All that does not depend on single people."""
    _write_objects(company, "INT_LMS_Locations", places.location_records())
    _write_objects(company, "INT_LMS_Companies", places.company_records())
    _write_objects(company, "INT_LMS_Cost_Centers", places.cost_center_records())
    _write_objects(company, "jobProfiles", jobs.profile_records())
    _write_objects(company, "INT_LMS_Skills", [(skill.skill_id, skill.record()) for skill in skills()])
    _write_objects(company, "INT_LMS_Training_Requirements", catalog.requirement_rows(catalogue))
    company.executemany(
        "insert into lms_branches(id, code, title, parent_id, lev, ileft, iright) values(?, ?, ?, ?, ?, ?, ?)",
        organisation.branch_rows(population.leaders),
    )
    company.executemany(
        "insert into lms_groups(id, name, type, rule_field, rule_value) values(?, ?, ?, ?, ?)", group_rows()
    )
    company.executemany(
        "insert into lms_courses(id, code, record) values(?, ?, ?)",
        [
            (course_id, code, orjson.dumps(record).decode())
            for course_id, code, record in catalog.course_rows(catalogue)
        ],
    )
    company.executemany(
        "insert into lms_certifications(id, record) values(?, ?)",
        [(number, orjson.dumps(record).decode()) for number, record in catalog.certification_rows(catalogue)],
    )
    company.executemany(
        "insert into lms_skills(skill_id, title, description, active) values(?, ?, null, 1)",
        [(number, tag) for tag, number in catalogue.tag_ids.items()],
    )
    company.executemany(
        "insert into lms_course_skills(course_id, skill_id) values(?, ?)",
        [
            (revision.course_id, catalogue.tag_ids[tag])
            for course in catalogue.courses
            for revision in course.revisions
            for tag in course.tags
        ],
    )
    company.executemany(
        "insert into lms_enrolment_rules(group_id, branch_id, course_id) values(?, ?, ?)", _rule_rows(catalogue)
    )


def _write_objects(company: sqlite3.Connection, report: str, rows: Iterable[tuple[str, Any]]) -> None:
    company.executemany(
        "insert into hris_objects(report, id, record) values(?, ?, ?)",
        [(report, key, orjson.dumps(record).decode()) for key, record in rows],
    )


def _rule_rows(catalogue: catalog.Catalogue) -> list[tuple[int | None, int | None, int]]:
    """Who joins the group or branch is enrolled by the learning system itself."""
    ids = group_ids()
    briefings = [course for course in catalogue.courses if course.kind == "briefing"]
    rows: list[tuple[int | None, int | None, int]] = [
        (ids[f"LOC-{site}"], None, briefings[5 * number].current.course_id)
        for number, site in enumerate(("BER", "MUC", "LEJ", "LYO", "WRO", "CHI"))
    ]
    rows += [(ids[family], None, briefings[2].current.course_id) for family in ("Production", "Maintenance")]
    rows.append((None, organisation.branch_id(1), briefings[3].current.course_id))
    return rows


def _write_people(company: sqlite3.Connection, truth: sqlite3.Connection, persons: list[Person]) -> None:
    ids = group_ids()
    formers = [person.former for person in persons if person.former is not None]
    save_workers(company, [person.record for person in persons] + formers, FIRST_DAY)
    accounts = [person.account for person in persons if person.account is not None]
    save_accounts(company, accounts)
    members: list[tuple[int, int]] = []
    for account in accounts:
        profile, location = account.fields[2], account.fields[5]
        assert profile is not None
        assert location is not None
        members.append((ids[jobs.profile_by_code()[profile].family], account.user_id))
        members.append((ids[location], account.user_id))
        if account.user_id % 23 == 0:
            members.append((ids[MANUAL_GROUPS[account.user_id % 3]], account.user_id))
        members += [(ids[name], account.user_id) for name in followed_groups(account.user_id, profile, location)]
    company.executemany("insert into lms_group_members(group_id, user_id) values(?, ?)", members)
    leaders = [person for person in persons if person.standing == "staff"]
    company.executemany(
        "insert into hris_objects(report, id, record) values('supervisoryOrganizations', ?, ?)",
        _organizations(company, leaders),
    )
    truth.executemany(
        "insert into identities(learner_id_lms, worker_id_hris, kind) values(?, ?, 'primary')",
        [(str(person.account.user_id), person.wid) for person in persons if person.account is not None],
    )
    truth.executemany(
        "insert into persons(worker_id_hris, person_id) values(?, ?)",
        [
            (record["Worker_WID"], f"P{person.number}")
            for person in persons
            for record in (person.record, person.former)
            if record is not None
        ],
    )


def _organizations(company: sqlite3.Connection, persons: list[Person]) -> list[tuple[str, str]]:
    """The organisations that these people lead; branches are written before people, so that they tell which exist."""
    count = company.execute("select count(*) - 2 from lms_branches").fetchone()[0]
    rows = []
    for person in persons:
        if person.number < count:
            name = f"{person.record['Legal_First_Name']} {person.record['Legal_Last_Name']}"
            record = organisation.organization_record(person.number, person.wid, name)
            rows.append((organisation.organization_code(person.number), orjson.dumps(record).decode()))
    return rows
