"""Who has an account, who ought to, and what is proposed. Each case is one person of one company."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lms_hris_pipeline.settings import ScopeSettings, Settings
from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reconcile import (
    deltas_of,
    findings_of,
    link,
    pending,
    reconciled,
    recorded,
    situations_of,
)
from lms_hris_pipeline_tests.support.stage import (
    AS_OF,
    ORGANISATION,
    Record,
    job,
    rows_of,
    sandbox_settings,
    user,
    wid,
    worker,
)

LEFT: dict[str, Any] = {"Termination_Date": "2026-10-31"}


@pytest.fixture(scope="module")
def company() -> Batch:
    """People 1 to 30, each in another state; 4 is left as an employee of the firm without any account."""
    return reconciled(
        {
            "workers": [
                worker(1),
                worker(2, Email_Work="new2@lumen.example"),
                worker(3, **LEFT),
                worker(4, [job(4, Manager_WID=wid(1))]),
                worker(5, Email_Work=None),
                worker(6, Hire_Date="2026-11-10"),
                worker(7, Hire_Date="2027-05-01"),
                worker(8, Hire_Date="2026-11-05", Hire_Rescinded="1"),
                worker(9),
                worker(10),
                worker(11, Universal_ID="U-11", Worker_Type="Contingent Worker", Termination_Date="2026-09-30"),
                worker(12, Universal_ID="U-11", Hire_Date="2026-10-01", Email_Work="person11@lumen.example"),
                worker(13, **LEFT),
                worker(14, **LEFT),
                worker(15),
                worker(16),
                worker(17),
                worker(18, Email_Work="person17@lumen.example"),
                worker(19, Email_Work="twin@lumen.example"),
                worker(20, Email_Work="twin@lumen.example"),
                worker(21, Email_Work="partner@lumen.example"),
            ]
        },
        {
            "users": [
                user(1),
                user(2, status="0"),
                user(3),
                user(7),
                user(8),
                user(9),
                user(109, username="second9@lumen.example"),
                user(11),
                user(13, status="0"),
                user(14),
                user(114, username="second14@lumen.example"),
                user(15, username="other15@lumen.example"),
                user(17),
                user(40, username="ghost@lumen.example"),
                user(41, username="ghost2@lumen.example", status="0"),
                user(42, username="Partner@lumen.example", field_8="external"),
                user(43, username="admin@lumen.example", level="godadmin"),
            ]
        },
        people=[
            *(link(number, number) for number in (1, 2, 3, 7, 8, 9, 11, 13, 14, 17)),
            link(109, 9, "duplicate"),
            link(114, 14, "duplicate"),
            link(15, 15, "review"),
            link(40, None, "no_match"),
            link(41, None, "no_match"),
        ],
        links=[recorded(1, 1), recorded(10, 10), recorded(11, 11), recorded(99, 11, "duplicate")],
        waiting=[pending("account", "create", f"worker:{wid(16)}")],
    )


WORKERS = {
    1: "linked", 2: "unlinked", 3: "unlinked", 4: "missing", 5: "missing", 6: "missing", 7: "unlinked", 8: "unlinked",
    9: "unlinked", 10: "deleted", 11: "out_of_scope", 12: "linked", 15: "disputed", 16: "settling", 17: "unlinked",
    18: "disputed", 19: "disputed", 20: "disputed", 21: "disputed",
}  # fmt: skip
LEARNERS = {
    1: "linked", 2: "unlinked", 3: "unlinked", 9: "unlinked", 109: "duplicate", 11: "linked", 13: "unlinked",
    114: "duplicate", 15: "disputed", 40: "orphan", 41: "out_of_scope", 42: "out_of_scope", 43: "out_of_scope",
}  # fmt: skip


def test_situations(company: Batch) -> None:
    found = situations_of(company)
    assert {number: found[f"worker:{wid(number)}"] for number in WORKERS} == WORKERS
    assert {number: found[f"learner:{10_000 + number}"] for number in LEARNERS} == LEARNERS


def test_reasons_name_what_replaced_a_record(company: Batch) -> None:
    reasons = {row["record_id"]: row["reason"] for row in rows_of(company, reconcile.SITUATIONS)}
    assert reasons[wid(11)] == f"superseded_by:{wid(12)}"
    assert reasons["10109"] == "duplicate_of:10009"
    assert reasons["10041"] == "inactive_unmatched"
    assert reasons["10042"] == "external"


def test_create_carries_what_hr_says_and_nothing_empty(company: Batch) -> None:
    deltas = deltas_of(company)
    assert deltas["account", "create", f"worker:{wid(4)}"] == [
        {
            "active": True,
            "branch": "SUP-1",
            "cost_center": "CC-1",
            "department": "SUP-1",
            "email": "person4@lumen.example",
            "employee_number": "000004",
            "first_name": "First4",
            "hire_date": "2024-01-01",
            "job_profile": "JP-1",
            "last_name": "Last4",
            "location": "LOC-BER",
            "username": "person4@lumen.example",
            "worker_type": "Employee",
        }
    ]
    assert deltas["manager", "set_manager", f"worker:{wid(4)}"] == [{"manager_learner_id": "10001"}]


def test_who_is_created(company: Batch) -> None:
    created = {key[2] for key in deltas_of(company) if key[1] == "create"}
    assert created == {f"worker:{wid(number)}" for number in (4, 6)}


def test_scenario_09_prehire_gets_an_account(company: Batch) -> None:
    assert ("missing_account", wid(6), None, "account", "pre_hire", None) in findings_of(company)


def test_scenario_09_a_transfer_to_come_is_not_applied_early() -> None:
    jobs = [job(1, End_Date="2026-11-15"), job(2, Start_Date="2026-11-16", Supervisory_Organization_ID="SUP-2")]
    records, accounts, known = {"workers": [worker(1, jobs)]}, {"users": [user(1)]}, [link(1, 1)]
    assert deltas_of(reconciled(records, accounts, people=known)) == {}
    later = deltas_of(reconciled(records, accounts, people=known, as_of=AS_OF + timedelta(days=14)))
    assert later["branch", "update", "learner:10001"] == [{"branch": "SUP-2"}]


def test_scenario_10_the_account_of_a_rescinded_hire_is_withdrawn(company: Batch) -> None:
    """User 8 has an account, and the hire was called off before its first day."""
    assert deltas_of(company)["account", "deactivate", "learner:10008"] == [{"active": False}]
    assert ("leaver_active", wid(8), "10008", "account", "rescinded", "active") in findings_of(company)


def test_no_email_no_account_but_two_findings(company: Batch) -> None:
    mine = {finding for finding in findings_of(company) if finding[1] == wid(5)}
    assert mine == {
        ("missing_account", wid(5), None, "account", "active", None),
        ("hr_value_missing", wid(5), None, "email", None, None),
    }


def test_scenario_01_rehired_under_the_same_id_is_reactivated(company: Batch) -> None:
    deltas = deltas_of(company)
    assert deltas["account", "reactivate", "learner:10002"] == [{"active": True}]
    assert deltas["account", "update", "learner:10002"] == [
        {"email": "new2@lumen.example", "username": "new2@lumen.example"}
    ]
    assert ("worker_inactive", wid(2), "10002", "account", "active", "inactive") in findings_of(company)


def test_leavers_and_withdrawn_hires_are_switched_off_and_left_alone_otherwise(company: Batch) -> None:
    deltas = deltas_of(company)
    findings = findings_of(company)
    for number, status in ((3, "terminated"), (8, "rescinded"), (14, "terminated")):
        assert deltas["account", "deactivate", f"learner:{10_000 + number}"] == [{"active": False}]
        assert ("leaver_active", wid(number), str(10_000 + number), "account", status, "active") in findings
    for number in (7, 13):
        assert not [key for key in deltas if key[2] == f"learner:{10_000 + number}"]
        assert not [finding for finding in findings if finding[1] == wid(number)]


def test_scenario_05_the_end_of_the_old_contract_disables_nobody(company: Batch) -> None:
    mine = {key[:2] for key in deltas_of(company) if key[2] == "learner:10011"}
    assert mine == {("account", "update")}


def test_orphans_are_switched_off_with_a_reason(company: Batch) -> None:
    assert deltas_of(company)["account", "deactivate", "learner:10040"] == [{"active": False}]
    assert ("orphan_account", None, "10040", "account", None, "active") in findings_of(company)
    reasons = {row["target_key"]: row["reason"] for row in rows_of(company, reconcile.PROPOSED_DELTAS)}
    assert reasons["learner:10040"].startswith("Orphan")


def test_every_account_of_a_leaver_is_switched_off(company: Batch) -> None:
    assert deltas_of(company)["account", "deactivate", "learner:10114"] == [{"active": False}]
    mine = {finding[0] for finding in findings_of(company) if finding[2] == "10114"}
    assert mine == {"duplicate_account", "leaver_active"}


def test_a_leaver_who_comes_back_in_months_is_switched_off_until_then() -> None:
    batch = reconciled(
        {"workers": [worker(1, Universal_ID="U", **LEFT), worker(2, Universal_ID="U", Hire_Date="2027-05-01")]},
        {"users": [user(1)]},
        people=[link(1, 1)],
    )
    assert set(deltas_of(batch)) == {("account", "deactivate", "learner:10001")}
    assert ("leaver_active", wid(1), "10001", "account", "terminated", "active") in findings_of(batch)


@pytest.mark.parametrize("ends", [0, 1], ids=["primary job", "second job"])
def test_scenario_07_one_of_two_concurrent_jobs_ends_and_the_account_stays(ends: int) -> None:
    jobs = [job(1), job(2, Is_Primary="0")]
    jobs[ends]["End_Date"] = "2026-06-30"
    batch = reconciled({"workers": [worker(1, jobs)]}, {"users": [user(1)]}, people=[link(1, 1)])
    assert deltas_of(batch) == {}
    assert findings_of(batch) == set()


def test_duplicates_are_merged_and_not_touched_otherwise(company: Batch) -> None:
    deltas = deltas_of(company)
    assert deltas["account", "merge", "learner:10009"] == [{"duplicate_learner_id": "10109"}]
    assert not [key for key in deltas if key[2] == "learner:10109"]
    assert ("duplicate_account", wid(9), "10109", "account", "active", "10009") in findings_of(company)


def test_scenario_02_deleted_account_is_not_created_anew(company: Batch) -> None:
    mine = {finding for finding in findings_of(company) if finding[1] == wid(10)}
    assert mine == {("account_deleted", wid(10), "10010", "account", "active", None)}
    assert not [key for key in deltas_of(company) if key[2] == f"worker:{wid(10)}"]


def test_scenario_44_account_under_review_is_neither_changed_nor_created(company: Batch) -> None:
    assert not [key for key in deltas_of(company) if key[2] in (f"worker:{wid(15)}", "learner:10015")]
    mine = {finding for finding in findings_of(company) if finding[1] == wid(15)}
    assert mine == {("identity_review", wid(15), "10015", "identity", "First15 Last15", "First15 Last15")}


def test_scenario_04_a_name_that_somebody_has_is_disputed(company: Batch) -> None:
    findings = findings_of(company)
    for number, holder, called in ((18, "10017", "First17 Last17"), (21, "10042", "First42 Last42")):
        mine = {finding for finding in findings if finding[1] == wid(number)}
        assert mine == {("identity_review", wid(number), holder, "identity", f"First{number} Last{number}", called)}
        assert not [key for key in deltas_of(company) if key[2] == f"worker:{wid(number)}"]


@pytest.mark.parametrize("rule", ["email", "employee_number"])
@pytest.mark.parametrize(
    "own", [{"Employee_ID": "900002"}, {"Email_Work": "other@lumen.example"}], ids=["email", "number"]
)
def test_scenario_41_the_contract_that_still_runs_gets_no_second_account(own: Record, rule: str) -> None:
    """The contractor's record holds the account's address or number, or both; the employee's is the likelier owner."""
    records = [
        worker(1, Worker_Type="Contingent Worker", Termination_Date="2027-01-31", **own),
        worker(2, Legal_First_Name="First1", Legal_Last_Name="Last1", Hire_Date="2026-11-10"),
    ]
    held = link(1, 2, "review", runner_up_worker_id_hris=wid(1))
    settings = Settings(scope=ScopeSettings(username_rule=rule))
    # the account has a user name of its own making, which neither record is to get
    batch = reconciled({"workers": records}, {"users": [user(1, username="f.last1")]}, people=[held], settings=settings)
    assert deltas_of(batch) == {}
    assert findings_of(batch) == {
        ("identity_review", wid(number), "10001", "identity", "First1 Last1", "First1 Last1") for number in (1, 2)
    }
    assert set(situations_of(batch).values()) == {"disputed"}


def test_an_account_under_review_is_said_once_of_its_likeliest_owner() -> None:
    """Two whose numbers HR exchanged: each has the number of the other's account, and each is asked about once."""
    records = [worker(1, Employee_ID="000002"), worker(2, Employee_ID="000001")]
    batch = reconciled(
        {"workers": records}, {"users": [user(1), user(2)]}, people=[link(1, 1, "review"), link(2, 2, "review")]
    )
    assert {finding[1:3] for finding in findings_of(batch)} == {(wid(1), "10001"), (wid(2), "10002")}


def test_two_newcomers_want_one_name(company: Batch) -> None:
    findings = findings_of(company)
    for number in (19, 20):
        assert ("username_taken", wid(number), None, "username", "twin@lumen.example", None) in findings


def test_a_free_name_that_two_accounts_are_to_have_goes_to_neither() -> None:
    twins = [worker(n, Email_Work="twin@lumen.example") for n in (1, 2)]
    batch = reconciled({"workers": twins}, {"users": [user(1), user(2)]}, people=[link(1, 1), link(2, 2)])
    findings = findings_of(batch)
    for number in (1, 2):
        learner = str(10_000 + number)
        assert ("username_taken", wid(number), learner, "username", "twin@lumen.example", None) in findings
        assert deltas_of(batch)["account", "update", f"learner:{learner}"] == [{"email": "twin@lumen.example"}]


def test_who_has_the_name_keeps_it_where_another_is_to_have_it_too() -> None:
    twins = [worker(n, Email_Work="twin@lumen.example") for n in (1, 2)]
    users = [user(1, username="twin@lumen.example", email="twin@lumen.example"), user(2)]
    batch = reconciled({"workers": twins}, {"users": users}, people=[link(1, 1), link(2, 2)])
    found = {finding for finding in findings_of(batch) if finding[0] == "username_taken"}
    assert found == {("username_taken", wid(2), "10002", "username", "twin@lumen.example", "10001")}


def test_scenario_40_a_change_on_its_way_is_not_proposed_again(company: Batch) -> None:
    assert not [key for key in deltas_of(company) if key[2] == f"worker:{wid(16)}"]
    assert not [finding for finding in findings_of(company) if finding[1] == wid(16)]


def test_other_kinds_of_account_raise_nothing(company: Batch) -> None:
    assert not [finding for finding in findings_of(company) if finding[2] == "10043"]
    assert not [key for key in deltas_of(company) if key[2] in ("learner:10042", "learner:10043")]


def test_finding_names_the_delta_that_mends_it(company: Batch) -> None:
    wishes = {row["wish_id"]: row for row in rows_of(company, reconcile.PROPOSED_DELTAS)}
    named = {
        row["type"]: wishes[row["wish_id"]]["operation"]
        for row in rows_of(company, reconcile.EXCEPTIONS)
        if row["wish_id"]
    }
    assert named == {
        "missing_account": "create",
        "worker_inactive": "reactivate",
        "leaver_active": "deactivate",
        "orphan_account": "deactivate",
        "duplicate_account": "merge",
        "value_mismatch": "update",
    }


def test_risk_of_each_operation(company: Batch) -> None:
    risks = {row["operation"]: row["risk"] for row in rows_of(company, reconcile.PROPOSED_DELTAS)}
    assert risks == {
        "create": "low", "update": "low", "set_manager": "low", "reactivate": "low", "merge": "high", "deactivate": "high",
    }  # fmt: skip


def test_words_leave_no_blank_to_fill(company: Batch) -> None:
    for row in rows_of(company, reconcile.EXCEPTIONS):
        for text in (row["explanation"], row["suggested_action"]):
            assert "{" not in text
            assert text == text.strip()


def test_every_kind_of_finding_has_words() -> None:
    batch = reconciled()
    known = {row["type"] for row in rows_of(batch, reconcile.FINDING_RULES) if row["field"] == "*"}
    assert known == set(reconcile.EXCEPTION_TYPES)


INCOMPLETE: list[tuple[str, set[str]]] = [
    ("hris.workers", {"create", "update", "merge", "set_manager", "reactivate"}),
    ("lms.users", {"deactivate", "update", "merge", "set_manager", "reactivate"}),
    ("lms.enrolments", {"create", "deactivate", "update", "set_manager", "reactivate"}),
]


@pytest.mark.parametrize(("cut", "operations"), INCOMPLETE)
def test_scenario_15_nothing_is_inferred_from_absence(cut: str, operations: set[str]) -> None:
    batch = reconciled(
        {
            "workers": [
                worker(1, Legal_Last_Name="New"),
                worker(2, **LEFT),
                worker(3),
                worker(4, [job(4, Manager_WID=wid(1))]),
                worker(5),
            ]
        },
        {"users": [user(1), user(2), user(4), user(5, status="0"), user(101, username="b@lumen.example"), user(40)]},
        people=[
            *(link(number, number) for number in (1, 2, 4, 5)),
            link(101, 1, "duplicate"),
            link(40, None, "no_match"),
        ],
        incomplete=[cut],
    )
    assert {key[1] for key in deltas_of(batch)} == operations
    situations = situations_of(batch)
    assert situations[f"worker:{wid(3)}"] == ("unobserved" if cut == "lms.users" else "missing")
    assert situations["learner:10040"] == ("unobserved" if cut == "hris.workers" else "orphan")


def test_scenario_14_empty_extract_of_workers_is_no_reason_to_disable() -> None:
    batch = reconciled(
        {"workers": []}, {"users": [user(1)]}, people=[link(1, None, "no_match")], incomplete=["hris.workers"]
    )
    assert deltas_of(batch) == {}
    assert situations_of(batch) == {"learner:10001": "unobserved"}


def test_scenario_30_nobody_has_an_account_yet() -> None:
    batch = reconciled({"workers": [worker(number) for number in range(1, 6)]}, {"users": []})
    assert {key[1] for key in deltas_of(batch)} == {"create"}
    assert set(situations_of(batch).values()) == {"missing"}


def test_user_name_by_employee_number() -> None:

    batch = reconciled(
        {"workers": [worker(1), worker(2, Employee_ID=None)]},
        settings=sandbox_settings(scope={"username_rule": "employee_number"}),
    )
    [created] = deltas_of(batch)["account", "create", f"worker:{wid(1)}"]
    assert created["username"] == "000001"
    assert ("account", "create", f"worker:{wid(2)}") not in deltas_of(batch)


MANAGERS: list[tuple[int, int | None, str | None]] = [
    (1, None, None),
    (2, 1, "10001"),
    (3, 4, None),
    (4, 5, None),
    (5, 3, None),
    (6, 6, None),
    (7, 3, "10003"),
    (8, 20, None),
    (9, 21, None),
    (10, 22, None),
    (11, 99, None),
]


def test_scenario_18_managers_out_of_scope_hired_tonight_or_in_a_circle() -> None:
    workers: list[dict[str, Any]] = [
        worker(number, [job(number, Manager_WID=None if manager is None else wid(manager))])
        for number, manager, _ in MANAGERS
    ]
    workers += [worker(20, **LEFT), worker(21), worker(22, Email_Work=None)]
    accounts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    batch = reconciled(
        {**ORGANISATION, "workers": workers},
        {"users": [user(number) for number in accounts]},
        people=[link(number, number) for number in accounts],
    )
    deltas = deltas_of(batch)
    assert {key[2]: values for key, values in deltas.items() if key[1] == "set_manager"} == {
        "learner:10002": [{"manager_learner_id": "10001"}],
        "learner:10007": [{"manager_learner_id": "10003"}],
        "learner:10009": [{"manager_worker_id": wid(21)}],
    }
    findings = {finding for finding in findings_of(batch) if finding[3] == "manager"}
    assert findings == {
        *(("manager_cycle", wid(a), None, "manager", wid(b), None) for a, b in ((3, 4), (4, 5), (5, 3), (6, 6))),
        *(
            ("manager_without_account", wid(a), str(10_000 + a), "manager", wid(b), None)
            for a, b in ((8, 20), (10, 22), (11, 99))
        ),
        ("value_mismatch", wid(2), "10002", "manager", wid(1), None),
        ("value_mismatch", wid(7), "10007", "manager", wid(3), None),
        ("value_mismatch", wid(9), "10009", "manager", wid(21), None),
    }
    causes = {row["root_cause"] for row in rows_of(batch, reconcile.EXCEPTIONS) if row["type"] == "manager_cycle"}
    assert causes == {f"manager_cycle:{wid(3)}", f"manager_cycle:{wid(6)}"}


def test_a_review_says_what_each_system_calls_the_record() -> None:
    """The name, else the number or the user name: never nothing on both sides."""
    batch = reconciled(
        {"workers": [worker(1), worker(2, Legal_First_Name="", Legal_Last_Name=""), worker(3, Legal_First_Name="")]},
        {"users": [user(1, first_name="", last_name=""), user(2), user(3, last_name="")]},
        people=[link(number, number, "review") for number in (1, 2, 3)],
    )
    assert {finding[3:] for finding in findings_of(batch) if finding[0] == "identity_review"} == {
        ("identity", "First1 Last1", "person1@lumen.example"),
        ("identity", "000002", "First2 Last2"),
        ("identity", "Last3", "First3"),
    }


def test_a_manager_without_account_stands_beside_the_manager_the_account_has() -> None:
    batch = reconciled(
        {**ORGANISATION, "workers": [worker(1), worker(2, [job(2, Manager_WID=wid(99))])]},
        {"users": [user(1), user(2, manager_id="10001")]},
        people=[link(1, 1), link(2, 2)],
    )
    found = [finding for finding in findings_of(batch) if finding[0] == "manager_without_account"]
    assert found == [("manager_without_account", wid(2), "10002", "manager", wid(99), "10001")]
