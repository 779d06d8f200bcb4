"""The oracle: reads both vendors and what is true of them, and says which changes and findings are right.

An independent reading of the rules in plain Python: it shares no code with the pipeline that it is held against.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from lms_hris_pipeline.sandbox.store import instant, open_company
from lms_hris_pipeline.sandbox.truth.account_rules import judge_accounts, judge_managers
from lms_hris_pipeline.sandbox.truth.accounts import (
    Account,
    read_accounts,
    read_catalogue,
    read_completions,
    read_groups,
)
from lms_hris_pipeline.sandbox.truth.identities import learn_identities
from lms_hris_pipeline.sandbox.truth.invoice_rules import judge_invoices
from lms_hris_pipeline.sandbox.truth.merging import is_lossless
from lms_hris_pipeline.sandbox.truth.parsing import day, text
from lms_hris_pipeline.sandbox.truth.people import People, read_objects, read_people
from lms_hris_pipeline.sandbox.truth.rules import Rules
from lms_hris_pipeline.sandbox.truth.skill_rules import (
    Skills,
    judge_levels,
    judge_tags,
    read_active_profiles,
    read_certificates,
    read_meanings,
)
from lms_hris_pipeline.sandbox.truth.standing import take_stock
from lms_hris_pipeline.sandbox.truth.store import create_schema, open_truth
from lms_hris_pipeline.sandbox.truth.training_rules import Training, read_training_records
from lms_hris_pipeline.sandbox.truth.value_rules import judge_groups, judge_values
from lms_hris_pipeline.sandbox.truth.verdict import Verdict


def judge(
    company: sqlite3.Connection,
    truth: sqlite3.Connection,
    people: People,
    accounts: Mapping[str, Account],
    rules: Rules,
) -> Verdict:
    """What a night that looks at the company now must propose and raise, were nothing under way.

    Args:
        company: the vendors' state, of which people and accounts have been read.
        truth: who is who and what each tag means; nothing else of it is read.
    """
    verdict = Verdict()
    identities = truth.execute("select learner_id_lms, worker_id_hris, kind from identities order by learner_id_lms")
    standing = take_stock(people, accounts, (tuple(row) for row in identities))
    judge_accounts(standing, lambda kept, gone: is_lossless(company, int(kept), int(gone)), verdict)
    judge_managers(standing, verdict)
    judge_values(standing, _closed_cost_centers(company), verdict)
    judge_groups(standing, read_groups(company, rules), rules, verdict)
    catalogue = read_catalogue(company)
    meanings = read_meanings(tuple(row) for row in truth.execute("select tag, skill_id from tags"))
    today = instant(company).astimezone(rules.zone).date()
    skills = Skills(standing, catalogue, meanings, read_certificates(company, catalogue), today, rules)
    training = Training(standing, skills)
    training.take_in(read_completions(company, catalogue))
    training.judge_completions(read_training_records(company, people, catalogue), catalogue.published, verdict)
    # last: what the learning system is about to get from HR counts already
    skills.judge(judge_tags(company, meanings, rules, verdict), verdict)
    skills.judge_next_jobs(read_active_profiles(company), verdict)
    judge_levels(company, catalogue, rules, verdict)
    judge_invoices(company, standing, set(catalogue.counts_for), verdict)
    return verdict


def _closed_cost_centers(company: sqlite3.Connection) -> dict[str, str]:
    found = {}
    for record in read_objects(company, "INT_LMS_Cost_Centers"):
        closed = day(record.get("Closed_On"))
        if closed is not None:
            found[str(text(record["Cost_Center_ID"]))] = closed
    return found


def learn(folder: Path) -> None:
    """Learn who owns the accounts that came since, and forget those that are gone."""
    with closing(open_company(folder)) as company, closing(open_truth(folder)) as truth:
        create_schema(truth)
        with truth:
            learn_identities(truth, read_people(company, instant(company), Rules()), read_accounts(company))


def refresh(folder: Path, rules: Rules | None = None) -> None:
    """Work out anew which changes and findings are right for the company in `folder`, and keep them in its truth.

    Accounts that came or went since are learnt first.

    Args:
        rules: those of a firm that differs from the sandbox's profile.
    """
    rules = rules or Rules()
    with closing(open_company(folder)) as company, closing(open_truth(folder)) as truth:
        create_schema(truth)
        people, accounts = read_people(company, instant(company), rules), read_accounts(company)
        with truth:
            learn_identities(truth, people, accounts)
            verdict = judge(company, truth, people, accounts, rules)
            truth.execute("delete from expected_deltas")
            truth.execute("delete from expected_exceptions")
            truth.executemany("insert into expected_deltas values(?, ?, ?, ?, ?)", sorted(verdict.deltas))
            truth.executemany(
                "insert into expected_exceptions values(?, ?, ?, ?, ?, ?)", sorted(verdict.exceptions, key=str)
            )
