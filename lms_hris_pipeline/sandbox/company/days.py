"""Plays business days, Monday to Friday: what happens in both systems while nobody reconciles them.

A day needs no publication before it and bears any. The same company, seed and day always play out alike. What lies in
the future when a day begins takes effect by its date alone.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

from lms_hris_pipeline.sandbox import truth as oracle
from lms_hris_pipeline.sandbox.company.day_changes import play_changes
from lms_hris_pipeline.sandbox.company.day_hands import play_hands
from lms_hris_pipeline.sandbox.company.day_money import play_money
from lms_hris_pipeline.sandbox.company.day_roster import Roster, Today, opening_of
from lms_hris_pipeline.sandbox.company.day_staff import play_staff
from lms_hris_pipeline.sandbox.company.day_training import play_training
from lms_hris_pipeline.sandbox.store import company_date, open_company
from lms_hris_pipeline.sandbox.truth.store import open_truth

SATURDAY = 5


def advance(folder: Path, *, days: int, with_truth: bool = True) -> date:
    """Play `days` business days and return the day the company has reached; its truth is kept true.

    Args:
        with_truth: work out the expected deltas and exceptions of the last day as well.

    Raises:
        ValueError: `days` is less than 1.
    """
    if days < 1:
        raise ValueError(f"a company cannot be advanced by {days} days: ask for at least 1")
    oracle.learn(folder)
    with closing(open_company(folder)) as company, closing(open_truth(folder)) as truth:
        for _ in range(days):
            with company, truth:
                company.execute("begin immediate")
                reached = _play(company, truth)
    if with_truth:
        oracle.refresh(folder)
    return reached


def next_business_day(day: date) -> date:
    """The day after, weekends skipped."""
    following = day + timedelta(days=1)
    while following.weekday() >= SATURDAY:
        following += timedelta(days=1)
    return following


def _play(company: sqlite3.Connection, truth: sqlite3.Connection) -> date:
    previous = company_date(company)
    day = next_business_day(previous)
    seed = company.execute("select value from meta where key = 'seed'").fetchone()[0]
    roster = Roster(company, day)
    today = Today(day, Random(f"{seed}/day/{day.isoformat()}"), company, truth, roster, opening_of(company, day))
    roster.turn_page()
    play_staff(today)
    play_changes(today)
    roster.save(company)
    play_training(today)
    play_hands(today)
    play_money(today, previous)
    company.execute("update meta set value = ? where key = 'company_date'", (day.isoformat(),))
    return day
