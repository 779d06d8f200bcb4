"""Which values differ, and what is written: names, numbers, organisation, groups. Each case is one linked person."""

from __future__ import annotations

from typing import Any

import pytest

from lms_hris_pipeline.publish.policy import judge
from lms_hris_pipeline.publish.proposals import proposed
from lms_hris_pipeline.settings import PublishSettings
from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline_tests.support.deltas import delta_of
from lms_hris_pipeline_tests.support.reconcile import deltas_of, findings_of, link, pending, reconciled
from lms_hris_pipeline_tests.support.stage import (
    ORGANISATION,
    Record,
    job,
    rows_of,
    sandbox_settings,
    user,
    wid,
    worker,
)

GROUPS = [
    {"id": "1", "name": "JF: Analysis", "type": "manual"},
    {"id": "2", "name": "JF: Building", "type": "manual"},
    {"id": "3", "name": "Book club", "type": "manual"},
    {"id": "4", "name": "LOC: LOC-BER", "type": "automatic"},
]


def in_group(group: int, number: int) -> Record:
    return {"group_id": str(group), "user_id": str(10_000 + number)}


def on_job(number: int, **changes: Any) -> Record:
    return worker(number, [job(number, **changes)])


# case, worker, changes of the account, (entity -> desired), changed fields as (field, HR, LMS)
CASES: list[tuple[str, Record, Record, dict[str, Record], set[tuple[str, str | None, str | None]]]] = [
    ("in agreement", worker(0), {}, {}, set()),
    ("case of e-mail and user name is no difference", worker(1, Email_Work="PERSON1@Lumen.example"),
     {"email": "Person1@LUMEN.example", "username": "Person1@lumen.example"}, {}, set()),
    ("blanks around a value are no difference", worker(2, Legal_Last_Name=" Last2"), {"first_name": "First2 "}, {}, set()),
    ("case of a name is a difference", worker(3), {"first_name": "first3"},
     {"account": {"first_name": "First3"}}, {("first_name", "First3", "first3")}),
    ("scenario 3: marriage", worker(4, Legal_Last_Name="Neu", Email_Work="neu4@lumen.example"), {},
     {"account": {"last_name": "Neu", "email": "neu4@lumen.example", "username": "neu4@lumen.example"}},
     {("last_name", "Neu", "Last4"), ("email", "neu4@lumen.example", "person4@lumen.example"),
      ("username", "neu4@lumen.example", "person4@lumen.example")}),
    ("preferred name first", worker(5, Preferred_First_Name="Pim"), {},
     {"account": {"first_name": "Pim"}}, {("first_name", "Pim", "First5")}),
    ("leading zeros count", worker(6), {"field_1": "6"},
     {"account": {"employee_number": "000006"}}, {("employee_number", "000006", "6")}),
    ("hire date as text", worker(7), {"field_6": "01/01/2024"},
     {"account": {"hire_date": "2024-01-01"}}, {("hire_date", "2024-01-01", "01/01/2024")}),
    ("empty fields are filled", worker(8), {"field_7": "", "field_5": None},
     {"account": {"worker_type": "Employee"}, "profile": {"location": "LOC-BER"}},
     {("worker_type", "Employee", None), ("location", "LOC-BER", None)}),
    ("what HR does not say is kept", on_job(9, Cost_Center_ID="", Location_ID=None), {}, {},
     {("cost_center", None, "CC-1"), ("location", None, "LOC-BER")}),
    ("a move", on_job(10, Supervisory_Organization_ID="SUP-2", Cost_Center_ID="CC-2"), {},
     {"profile": {"department": "SUP-2", "cost_center": "CC-2"}, "branch": {"branch": "SUP-2"}},
     {("department", "SUP-2", "SUP-1"), ("cost_center", "CC-2", "CC-1"), ("branch", "SUP-2", "SUP-1")}),
    ("no branch yet", worker(11), {"branches": []}, {"branch": {"branch": "SUP-1"}}, {("branch", "SUP-1", None)}),
    ("no e-mail in HR", worker(12, Email_Work=None), {}, {}, {("email", None, "person12@lumen.example")}),
    ("hostile text", worker(13, Legal_First_Name='<b>"\\\x0b\x1f=1+1'), {},
     {"account": {"first_name": '<b>"\\\x0b\x1f=1+1'}}, {("first_name", '<b>"\\\x0b\x1f=1+1', "First13")}),
    ("user name held by another", worker(14, Email_Work="person0@lumen.example"), {},
     {"account": {"email": "person0@lumen.example"}},
     {("email", "person0@lumen.example", "person14@lumen.example"), ("username", "person0@lumen.example", "10000")}),
    ("switched off as well", worker(15, Legal_Last_Name="Neu"), {"status": "0"},
     {"account": {"last_name": "Neu"}}, {("last_name", "Neu", "Last15"), ("account", "active", "inactive")}),
]  # fmt: skip


def test_fields_of_linked_accounts() -> None:
    numbers = range(len(CASES))
    batch = reconciled(
        {"workers": [case[1] for case in CASES]},
        {"users": [user(number, **CASES[number][2]) for number in numbers]},
        people=[link(number, number) for number in numbers],
    )
    deltas, findings = deltas_of(batch), findings_of(batch)
    for number, (case, _, _, expected, differing) in enumerate(CASES):
        learner = str(10_000 + number)
        proposed = {
            key[0]: values[0] for key, values in deltas.items() if key[2] == f"learner:{learner}" and key[1] == "update"
        }
        assert proposed == expected, case
        assert {finding[3:] for finding in findings if finding[2] == learner} == differing, case
    batch.close()


def test_scenario_20_empty_values_erase_only_if_the_settings_say_so() -> None:
    hris = {"workers": [on_job(1, Cost_Center_ID=""), on_job(2, Cost_Center_ID=None), worker(3)]}
    lms = {"users": [user(1), user(2), user(3)]}
    people = [link(number, number) for number in (1, 2, 3)]
    kept = reconciled(hris, lms, people=people)
    assert deltas_of(kept) == {}
    assert {finding[:2] for finding in findings_of(kept)} == {
        ("hr_value_missing", wid(1)),
        ("hr_value_missing", wid(2)),
    }
    erased = reconciled(hris, lms, people=people, settings=sandbox_settings(scope={"erase_when_empty": True}))
    assert deltas_of(erased) == {("profile", "update", "learner:10001"): [{"cost_center": None}]}


def test_scenario_37_base_holds_what_an_administrator_may_change() -> None:
    def base(**changes: Any) -> str:
        batch = reconciled({"workers": [worker(1)]}, {"users": [user(1, **changes)]}, people=[link(1, 1)])
        [row] = rows_of(batch, reconcile.PROPOSED_DELTAS)
        return str(row["base"])

    assert base(field_1="7") == '{"employee_number":"7","hris_status":"active"}'
    assert base(field_1="8") != base(field_1="7")


def test_scenario_38_a_login_does_not_touch_the_wish_but_the_status_does() -> None:
    def wish(account: Record, **changes: Any) -> str:
        batch = reconciled({"workers": [worker(1, **changes)]}, {"users": [user(1, **account)]}, people=[link(1, 1)])
        [row] = rows_of(batch, reconcile.PROPOSED_DELTAS)
        return str(row["wish_id"])

    left = {"Termination_Date": "2026-10-31"}
    first = wish({}, **left)
    assert first == wish({"last_access_date": "2026-11-02 09:00:00", "last_update": "2026-11-02 09:00:00"}, **left)
    assert first != wish({}, Termination_Date="2026-10-30")
    assert first != wish({}, Hire_Rescinded="1")


GROUP_CASES: list[tuple[str, Record, list[Record], Record | None, tuple[str, str] | None]] = [
    ("right group", worker(1), [in_group(1, 1)], None, None),
    ("no group yet", worker(2), [], {"add": "JF: Analysis", "remove": ""}, ("JF: Analysis", "")),
    ("other family", on_job(3, Job_Profile_ID="JP-2"), [in_group(1, 3)],
     {"add": "JF: Building", "remove": "JF: Analysis"}, ("JF: Building", "JF: Analysis")),
    ("too many", worker(4), [in_group(1, 4), in_group(2, 4)],
     {"add": "", "remove": "JF: Building"}, ("JF: Analysis", "JF: Analysis|JF: Building")),
    ("others' groups are left alone", worker(5), [in_group(1, 5), in_group(3, 5), in_group(4, 5)], None, None),
    ("no job profile: nobody can tell", on_job(6, Job_Profile_ID=None), [in_group(2, 6)], None, None),
    ("unknown job profile: nobody can tell", on_job(7, Job_Profile_ID="JP-9"), [in_group(2, 7)], None, None),
]  # fmt: skip


def test_groups_follow_the_role_table() -> None:
    batch = reconciled(
        {"workers": [case[1] for case in GROUP_CASES]},
        {
            "users": [user(number) for number in range(1, len(GROUP_CASES) + 1)],
            "groups": GROUPS,
            "group_members": [member for case in GROUP_CASES for member in case[2]],
        },
        people=[link(number, number) for number in range(1, len(GROUP_CASES) + 1)],
    )
    deltas, findings = deltas_of(batch), findings_of(batch)
    for number, (case, _, _, desired, values) in enumerate(GROUP_CASES, start=1):
        learner = str(10_000 + number)
        assert deltas.get(("groups", "set_groups", f"learner:{learner}"), [None]) == [desired], case
        raised = {finding[4:] for finding in findings if finding[2] == learner and finding[3] == "groups"}
        assert raised == (set() if values is None else {values}), case


def test_groups_of_a_new_account_and_of_several_rules() -> None:
    rules = (
        {"source": "job_family", "value": "*", "group": "JF: {value}"},
        {"source": "location", "value": "LOC-BER", "group": "Book club"},
    )
    batch = reconciled(
        {"workers": [worker(1), on_job(2, Location_ID="LOC-MEL")]},
        {"groups": GROUPS},
        settings=sandbox_settings(scope={"roles": rules}),
    )
    deltas = deltas_of(batch)
    assert deltas["groups", "set_groups", f"worker:{wid(1)}"] == [{"add": "Book club|JF: Analysis", "remove": ""}]
    assert deltas["groups", "set_groups", f"worker:{wid(2)}"] == [{"add": "JF: Analysis", "remove": ""}]
    assert not [finding for finding in findings_of(batch) if finding[3] == "groups"]


@pytest.mark.parametrize("cut", ["lms.groups", "lms.group_members"])
def test_no_groups_without_all_memberships(cut: str) -> None:
    batch = reconciled(
        {"workers": [worker(1)]}, {"users": [user(1)], "groups": GROUPS}, people=[link(1, 1)], incomplete=[cut]
    )
    assert deltas_of(batch) == {}


def test_scenario_39_a_sent_change_is_not_sent_again_and_others_are() -> None:
    batch = reconciled(
        {"workers": [on_job(1, Supervisory_Organization_ID="SUP-2")]},
        {"users": [user(1)], "groups": GROUPS},
        people=[link(1, 1)],
        waiting=[pending("branch", "update", "learner:10001"), pending("groups", "set_groups", "learner:10001")],
    )
    assert deltas_of(batch) == {("profile", "update", "learner:10001"): [{"department": "SUP-2"}]}
    assert {finding[3] for finding in findings_of(batch)} == {"department"}


def test_scenario_32_people_of_one_closed_cost_centre_share_a_cause() -> None:
    centers = [
        {"Cost_Center_ID": "CC-1", "Cost_Center_Name": "One", "Closed_On": "2026-11-01"},
        {"Cost_Center_ID": "CC-2", "Cost_Center_Name": "Two", "Closed_On": "2026-11-02"},
    ]
    people = [
        *(worker(number) for number in range(1, 6)),
        on_job(6, Cost_Center_ID="CC-2"),
        worker(7, Hire_Rescinded="1"),
    ]
    batch = reconciled({**ORGANISATION, "cost_centers": centers, "workers": people})
    rows = [row for row in rows_of(batch, reconcile.EXCEPTIONS) if row["type"] == "cost_center_closed"]
    assert {row["worker_id_hris"] for row in rows} == {wid(number) for number in range(1, 6)}
    assert {row["root_cause"] for row in rows} == {"cost_center:CC-1"}
    assert {row["learner_id_lms"] for row in rows} == {None}


@pytest.mark.parametrize(("moved", "held"), [(8, {"changes of groups", "changes of profiles"}), (5, set())])
def test_scenario_17_a_reorganisation_that_would_take_groups_from_two_in_five_is_held(
    moved: int, held: set[str]
) -> None:
    """The job profile changes in HR, and the groups that depend on it follow; a quarter of the people may at once."""
    people = range(1, 21)
    batch = reconciled(
        {"workers": [on_job(number, Job_Profile_ID="JP-2" if number <= moved else "JP-1") for number in people]},
        {
            "users": [user(number) for number in people],
            "groups": GROUPS,
            "group_members": [in_group(1, number) for number in people],
        },
        people=[link(number, number) for number in people],
    )
    deltas = [delta_of(wish) for wish in proposed(batch)]
    assert [delta.desired["remove"] for delta in deltas if delta.operation == "set_groups"] == ["JF: Analysis"] * moved
    found = judge(deltas, recent={}, active_accounts=20, settings=PublishSettings())
    assert {one.what for one in found} == held
