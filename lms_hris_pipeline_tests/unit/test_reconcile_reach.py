"""What a firm leaves out on purpose: people outside the pilot, and situations that are only reported."""

from __future__ import annotations

import pytest

from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline_tests.support.reconcile import deltas_of, link, reconciled, situations_of
from lms_hris_pipeline_tests.support.stage import (
    ORGANISATION,
    job,
    rows_of,
    sandbox_settings,
    user,
    wid,
    worker,
)


@pytest.mark.parametrize(
    ("pilot", "inside"),
    [
        ({},                                                                     {1, 2, 3, 4, 5}),
        ({"pilot_departments": ("SUP-2",)},                                      {2, 3}),
        ({"pilot_departments": ("SUP-1",)},                                      {1, 2, 3, 4}),
        ({"pilot_locations": ("LOC-MEL",)},                                      {4, 5}),
        ({"pilot_departments": ("SUP-3",), "pilot_locations": ("LOC-MEL",)},     {3, 4, 5}),
        ({"pilot_departments": ("SUP-77",)},                                     set()),
    ],
)  # fmt: skip
def test_phases_are_for_the_people_of_the_pilots_departments_with_all_below_and_of_its_locations(
    pilot: dict[str, tuple[str, ...]], inside: set[int]
) -> None:
    below = {"id": "b3", "code": "SUP-3", "name": "Few", "inactive": False, "superior": {"id": "b2"}}
    elsewhere = {"id": "b4", "code": "SUP-4", "name": "Others", "inactive": False}
    ring = [
        {"id": "r1", "code": "RING-1", "name": "R1", "inactive": False, "superior": {"id": "r2"}},
        {"id": "r2", "code": "RING-2", "name": "R2", "inactive": False, "superior": {"id": "r1"}},
    ]
    spells = {
        1: {},
        2: {"Supervisory_Organization_ID": "SUP-2"},
        3: {"Supervisory_Organization_ID": "SUP-3"},
        4: {"Location_ID": "LOC-MEL"},
        5: {"Supervisory_Organization_ID": "SUP-4", "Location_ID": "LOC-MEL"},
    }
    batch = reconciled(
        {
            "supervisory_organizations": [*ORGANISATION["supervisory_organizations"], below, elsewhere, *ring],
            "workers": [worker(number, [job(number, **spell)]) for number, spell in spells.items()],
        },
        {"users": [user(number, last_name="Before") for number in spells]},
        people=[link(number, number) for number in spells],
        settings=sandbox_settings(policy=pilot),
    )
    renamed = {row["worker_id_hris"]: row["is_pilot"] for row in rows_of(batch, reconcile.PROPOSED_DELTAS)}
    assert {number for number in spells if renamed[wid(number)]} == inside
    assert set(renamed) == {wid(number) for number in spells}


def test_a_change_that_concerns_no_worker_is_in_no_pilot() -> None:
    orphan = {"users": [user(1, field_1="", last_name="Nobody")]}
    for pilot, expected in ({}, {True}), ({"pilot_locations": ("LOC-BER",)}, {False}):
        batch = reconciled(
            {"workers": [worker(9)]},
            orphan,
            people=[link(1, None, "no_match")],
            settings=sandbox_settings(policy=pilot),
        )
        rows = rows_of(batch, reconcile.PROPOSED_DELTAS)
        assert {row["is_pilot"] for row in rows if row["worker_id_hris"] is None} == expected


@pytest.mark.parametrize("situation", ["missing", "orphan", "duplicate"])
def test_what_the_settings_only_report_is_an_exception_without_a_change(situation: str) -> None:
    kinds = {"missing": "create", "orphan": "deactivate", "duplicate": "merge"}
    types = {"missing": "missing_account", "orphan": "orphan_account", "duplicate": "duplicate_account"}
    found = {}
    for settings in (sandbox_settings(), sandbox_settings(reactions={situation: "report"})):
        batch = reconciled(
            {"workers": [worker(1), worker(2), worker(3, [job(3, Manager_WID=wid(2))])]},
            {"users": [user(1), user(101, username="second1@lumen.example"), user(3), user(40, username="ghost@lumen.example")]},
            people=[link(1, 1), link(101, 1, "duplicate"), link(3, 3), link(40, None, "no_match")],
            settings=settings,
        )  # fmt: skip
        operations = {row["operation"] for row in rows_of(batch, reconcile.PROPOSED_DELTAS)}
        exceptions = {row["type"]: row["wish_id"] for row in rows_of(batch, reconcile.EXCEPTIONS)}
        found[settings.reactions.model_dump()[situation]] = (operations, exceptions, situations_of(batch))
    usual, reported = (found[reaction] for reaction in (kinds[situation], "report"))
    assert usual[0] >= set(kinds.values())
    assert kinds[situation] not in reported[0]
    assert reported[0] >= set(kinds.values()) - {kinds[situation]}
    assert usual[1][types[situation]] is not None
    assert types[situation] in reported[1]
    assert reported[1][types[situation]] is None
    assert usual[2] == reported[2], "the situations are the same"


def test_nobody_reports_to_an_account_that_is_left_to_people() -> None:
    batch = reconciled(
        {"workers": [worker(2), worker(3, [job(3, Manager_WID=wid(2))])]},
        {"users": [user(3)]},
        people=[link(3, 3)],
        settings=sandbox_settings(reactions={"missing": "report"}),
    )
    assert deltas_of(batch) == {}
    assert {row["type"] for row in rows_of(batch, reconcile.EXCEPTIONS)} == {
        "missing_account",
        "manager_without_account",
    }
