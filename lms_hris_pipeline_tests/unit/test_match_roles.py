"""Role mappings: what rules, people and memberships say, which of it is in force, and what is never given."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lms_hris_pipeline.match.role_facts import Group, Trait
from lms_hris_pipeline.match.role_likeness import names_alike
from lms_hris_pipeline.match.roles import groups_named_alike, match_roles
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.settings import Settings, SkillSettings
from lms_hris_pipeline.tables import canonical, match
from lms_hris_pipeline_tests.support.reconcile import (
    DECIDED,
    decided_role,
    deltas_of,
    link,
    reconciled,
)
from lms_hris_pipeline_tests.support.skills import letters_encoder
from lms_hris_pipeline_tests.support.stage import AS_OF, Record, job, rows_of, sandbox_settings, user, worker

__all__ = ["letters_encoder"]
ANALYSTS, BUILDERS = range(1, 13), range(13, 33)
CLUB = {"id": "7", "name": "Model club", "type": "manual"}
GROUPS: list[Record] = [
    {"id": "1", "name": "JF: Analysis", "type": "manual"},
    {"id": "2", "name": "JF: Building", "type": "automatic"},
    {"id": "3", "name": "Team Managers", "type": "manual"},
    {"id": "4", "name": "Here", "type": "automatic", "rule": {"field": "field_2", "value": "JP-1"}},
    CLUB,
]
NO_RULES = sandbox_settings(scope={"roles": ()})


def world(
    members: dict[str, Any] | None = None,
    roles: list[Record] | None = None,
    settings: Settings = NO_RULES,
    incomplete: tuple[str, ...] = (),
    groups: list[Record] | None = None,
    as_of: datetime = AS_OF,
) -> Any:
    """Twelve analysts and twenty builders with accounts; `members` are the numbers of those in each group."""
    people = [*ANALYSTS, *BUILDERS]
    jobs = {n: job(n, Job_Profile_ID="JP-1" if n in ANALYSTS else "JP-2") for n in people}
    return reconciled(
        {"workers": [worker(n, [jobs[n]]) for n in people]},
        {
            "users": [user(n, field_2=jobs[n]["Job_Profile_ID"]) for n in people],
            "groups": GROUPS if groups is None else groups,
            "group_members": [
                {"group_id": group, "user_id": str(10_000 + n)} for group, held in (members or {}).items() for n in held
            ],
        },
        people=[link(n, n) for n in people],
        roles=roles or [],
        settings=settings,
        incomplete=incomplete,
        as_of=as_of,
    )


def states(batch: Any) -> dict[tuple[str, str, str], tuple[str, str]]:
    """State and origin by (source, value, group name), but for what only tells of automatic groups."""
    return {
        (row["source"], row["value"], row["group_name"]): (row["state"], row["origin"])
        for row in rows_of(batch, match.ROLES)
        if row["state"] != "automatic"
    }


ANALYST_CLUB = ("job_profile", "JP-1", "Model club")


def test_memberships_suggest_and_change_nothing() -> None:
    batch = world({"7": [*list(BUILDERS)[:-1], 1]})
    assert states(batch) == {("job_profile", "JP-2", "Model club"): ("proposed", "memberships")}
    [row] = [row for row in rows_of(batch, match.ROLES) if row["state"] == "proposed"]
    assert (row["people"], row["members"], row["removals"]) == (20, 19, 1)
    assert float(row["lift"]) == pytest.approx(19 / 20 / (20 / 32), abs=0.01)
    assert deltas_of(batch) == {}


def test_an_alike_name_is_told_and_puts_nothing_in_force() -> None:
    batch = world({CLUB["id"]: ANALYSTS})
    rows = match_roles(batch, NO_RULES, {CLUB["id"]: Trait("job_profile", "JP-1")}).rows.to_pylist()
    [club] = [row for row in rows if row["group_id_lms"] == CLUB["id"] and row["state"] == "proposed"]
    assert club["reason"].startswith("Memberships suggest it, and the names are alike.")
    [plain] = [row for row in rows_of(batch, match.ROLES) if row["mapping_id"] == club["mapping_id"]]
    assert plain["confidence"] < club["confidence"]


@pytest.mark.usefixtures("letters_encoder")
def test_names_of_jobs_and_places_are_compared_and_of_departments_not(tmp_path: Path) -> None:
    names = {
        Trait("job_profile", "JP-1"): "Analyst",
        Trait("job_profile", "JP-3"): None,
        Trait("location", "LOC-1"): "Lyon works",
        Trait("department", "SUP-1"): "Model club",
    }
    groups = [Group(name, name, is_automatic=False) for name in ("Analysts", "Lyon Works", "Model club", "🐍")]
    mind = mind_of("titles", SkillSettings(), tmp_path)
    assert names_alike(groups, names, mind, tmp_path) == {
        "Analysts": Trait("job_profile", "JP-1"),
        "Lyon Works": Trait("location", "LOC-1"),
    }
    assert names_alike([], names, mind, tmp_path) == {}


@pytest.mark.usefixtures("letters_encoder")
def test_only_groups_that_may_be_suggested_are_compared(tmp_path: Path) -> None:
    names = {"3": "Analyst managers", "2": "Analysts", "7": "Analysts"}
    groups = [{**group, "name": names.get(group["id"], group["name"])} for group in GROUPS]
    mind = mind_of("titles", SkillSettings(), tmp_path)
    batch = world(groups=groups)
    known = {row["name"] for row in rows_of(batch, canonical.JOB_PROFILES)}
    assert "Analyst" in known
    compared = set(groups_named_alike(batch, NO_RULES, mind, tmp_path))
    assert "7" in compared
    assert compared.isdisjoint({"2", "3"}), "one fills itself, one is privileged"


def test_an_approved_mapping_acts_like_a_rule() -> None:
    held = {"7": [*list(ANALYSTS)[:-1], 20]}
    batch = world(held, [decided_role("job_profile", "JP-1", "7")])
    assert states(batch) == {ANALYST_CLUB: ("in_force", "person")}
    rule = {"source": "job_profile", "value": "JP-1", "group": "Model club"}
    ruled = world(held, settings=sandbox_settings(scope={"roles": (rule,)}))
    assert states(ruled) == {ANALYST_CLUB: ("in_force", "settings")}
    assert deltas_of(batch) == deltas_of(ruled)
    assert deltas_of(batch) == {
        ("groups", "set_groups", "learner:10012"): [{"add": "Model club", "remove": ""}],
        ("groups", "set_groups", "learner:10020"): [{"add": "", "remove": "Model club"}],
    }


REJECTIONS: list[tuple[str, tuple[int, int] | None, datetime, str]] = [
    ("nothing has changed", (12, 12), DECIDED, "rejected"),
    ("nothing was counted then", None, DECIDED, "rejected"),
    ("other evidence", (12, 10), DECIDED, "proposed"),
    ("more people", (9, 9), DECIDED, "proposed"),
    ("within its days", (12, 12), AS_OF.replace(tzinfo=None) - timedelta(days=400), "rejected"),
    ("expired", (12, 12), AS_OF.replace(tzinfo=None) - timedelta(days=401), "proposed"),
]


@pytest.mark.parametrize(("case", "counts", "at", "state"), REJECTIONS, ids=[case[0] for case in REJECTIONS])
def test_a_rejection_holds_while_its_evidence_does(
    case: str, counts: tuple[int, int] | None, at: datetime, state: str
) -> None:
    word = decided_role("job_profile", "JP-1", "7", "rejected", counts, decided_at=at)
    settings = sandbox_settings(scope={"roles": ()}, publishing={"rejection_days": 400})
    batch = world({"7": ANALYSTS}, [word], settings)
    assert states(batch)[ANALYST_CLUB][0] == state
    assert deltas_of(batch) == {}


def test_a_rejected_reason_does_not_make_the_next_best_right() -> None:
    assert list(states(world({"7": ANALYSTS}, [decided_role("job_profile", "JP-1", "7", "rejected", (12, 12))]))) == [
        ANALYST_CLUB
    ]


VOID: list[tuple[str, Record, str]] = [
    ("automatic", decided_role("job_profile", "JP-2", "2"), "fills itself"),
    ("privileged", decided_role("job_profile", "JP-1", "3"), "privileged"),
    ("gone", decided_role("job_profile", "JP-1", "99"), "gone"),
]


@pytest.mark.parametrize(("case", "word", "says"), VOID, ids=[case[0] for case in VOID])
def test_what_nobody_may_give_is_void_whoever_approved_it(case: str, word: Record, says: str) -> None:
    batch = world({}, [word])
    [row] = [row for row in rows_of(batch, match.ROLES) if row["state"] == "void"]
    assert says in row["reason"]
    assert deltas_of(batch) == {}


def test_privileged_groups_are_neither_proposed_nor_given_by_a_rule_for_every_value() -> None:
    held = {"3": ANALYSTS}
    assert states(world(held)) == {}
    rule = {"source": "job_family", "value": "*", "group": "{value} Administrators"}
    named = [{"id": "8", "name": "Analysis Administrators", "type": "manual"}]
    batch = world({}, groups=named, settings=sandbox_settings(scope={"roles": (rule,)}))
    assert states(batch) == {("job_family", "Analysis", "Analysis Administrators"): ("void", "settings")}
    assert deltas_of(batch) == {}


def test_a_rule_that_names_a_privileged_group_is_refused_with_the_settings() -> None:
    rule = {"source": "job_profile", "value": "JP-1", "group": "Team MANAGERS"}
    with pytest.raises(ValidationError, match="'Team MANAGERS', privileged by"):
        sandbox_settings(scope={"roles": (rule,)})
    assert sandbox_settings(scope={"roles": (rule,), "privileged_groups": ()}).scope.roles


def test_automatic_groups_are_told_with_their_field_and_never_proposed() -> None:
    batch = world({"2": BUILDERS, "4": ANALYSTS})
    rows = {row["group_name"]: row for row in rows_of(batch, match.ROLES)}
    assert {row["state"] for row in rows.values()} == {"automatic"}
    assert (rows["Here"]["source"], rows["Here"]["value"], rows["Here"]["driven_by"]) == (
        "job_profile",
        "JP-1",
        "field_2",
    )
    assert rows["Here"]["confidence"] is None
    assert rows["JF: Building"]["driven_by"] == "field_2"
    assert rows["JF: Building"]["confidence"] > 0.75


@pytest.mark.parametrize("cut", ["lms.groups", "lms.group_members", "lms.users", "hris.workers"])
def test_absence_suggests_nothing_where_an_extract_was_cut(cut: str) -> None:
    batch = world({"7": ANALYSTS}, [decided_role("job_profile", "JP-2", "1")], incomplete=(cut,))
    rows = rows_of(batch, match.ROLES)
    assert [(row["state"], row["people"], row["members"]) for row in rows] == [("in_force", None, None)]


def test_rules_count_where_there_is_a_group_and_say_so_where_there_is_none() -> None:
    rules = (
        {"source": "job_family", "value": "*", "group": "JF: {value}"},
        {"source": "location", "value": "LOC-BER", "group": "Nowhere"},
    )
    assert states(world(settings=sandbox_settings(scope={"roles": rules}))) == {
        ("job_family", "Analysis", "JF: Analysis"): ("in_force", "settings"),
        ("job_family", "Building", "JF: Building"): ("void", "settings"),
        ("location", "LOC-BER", "Nowhere"): ("void", "settings"),
    }


def test_mappings_do_not_depend_on_the_order_of_groups_and_keep_their_ids() -> None:
    held = {"7": ANALYSTS, "2": BUILDERS}
    one, other = world(held), world(dict(reversed(held.items())), groups=GROUPS[::-1])
    assert match_roles(one, NO_RULES).rows.equals(match_roles(other, NO_RULES).rows)
