"""Accounts that belong to nobody in HR by right: external partners, service accounts, administrators."""

from __future__ import annotations

import sqlite3
from random import Random

from lms_hris_pipeline.sandbox.company import organisation
from lms_hris_pipeline.sandbox.company.names import draw_name
from lms_hris_pipeline.sandbox.company.records import Account, save_accounts

_PARTNERS = ("brightpath.example", "delcourt.example", "kontor-nord.example", "fielding.example", "arbolito.example")
_SERVICES = ("sso-health-check", "report-export", "hr-import", "kiosk-leipzig", "content-sync", "scorm-test")
_PARTNER_COUNTRIES = ("DE", "FR", "GB", "ES", "US", "NL")


def next_user_id(company: sqlite3.Connection) -> int:
    """The id the learning system gives to the next account."""
    return int(company.execute("select coalesce(max(user_id), 10000) + 1 from lms_users").fetchone()[0])


def make_others(company: sqlite3.Connection, truth: sqlite3.Connection, workers: int, seed: int) -> None:
    """Write the accounts out of the reconciliation's scope and say in the truth what they are."""
    rng = Random(f"{seed}/others")
    user_id = next_user_id(company)
    accounts: list[tuple[Account, str]] = []

    def add(username: str, first: str, last: str, kind: str, level: str = "user") -> None:
        account = Account(
            user_id + len(accounts), username, first, last, username if "@" in username else None, True,
            organisation.PARTNER_BRANCH if kind == "external" else organisation.ROOT_BRANCH, None, "2022-03-01 08:00:00",
            level, fields={8: kind} if kind != "privileged" else {},
        )  # fmt: skip
        accounts.append((account, kind))

    for number in range(max(3, workers // 60)):
        name = draw_name(rng, rng.choice(_PARTNER_COUNTRIES))
        add(f"{name.mailbox}.{number}@{rng.choice(_PARTNERS)}", name.first, name.last, "external")
    for service in _SERVICES[: max(2, min(len(_SERVICES), workers // 100))]:
        add(f"svc.{service}", "Service", service.replace("-", " "), "service")
    for number in range(2 + min(20, workers // 1000)):
        name = draw_name(rng, "DE")
        level = "godadmin" if number == 0 else "power_user"
        add(f"admin.{name.mailbox}.{number}@academy.example", name.first, name.last, "privileged", level)
    save_accounts(company, (account for account, _ in accounts))
    truth.executemany(
        "insert into identities(learner_id_lms, worker_id_hris, kind) values(?, null, ?)",
        [(str(account.user_id), kind) for account, kind in accounts],
    )
