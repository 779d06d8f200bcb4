"""The level that completions show, what the words for levels mean, and how both stand to the HR system's record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from lms_hris_pipeline.settings import ExpectedSkill, LearnerFields, LevelRule, NextJob, Settings
from lms_hris_pipeline.tables import canonical, reconcile
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reconcile import deltas_of, findings_of, link, meaning, reconciled
from lms_hris_pipeline_tests.support.stage import (
    Record,
    course,
    enrolment,
    job,
    learning_record,
    rows_of,
    sandbox_settings,
    user,
    wid,
    worker,
)

NEW, OLD, OLDER = "2026-03-04", "2023-03-04", "2018-03-04"
RUNS, RAN_OUT = "2027-03-04", "2026-10-31"
Completion = tuple[str, str, str | None]
Certificate = tuple[str, str | None]

# case, completions (course's difficulty, day, score), certificate (issued, expires), level, source, confidence
LEVELS: list[tuple[str, list[Completion], Certificate | None, int, str, str]] = [
    ("full mark: the course's level", [("difficult", NEW, "85")], None, 4, "assessment", "0.9"),
    ("passed: one less", [("difficult", NEW, "84.99")], None, 3, "assessment", "0.9"),
    ("passed the first level: not below it", [("veryeasy", NEW, "70")], None, 1, "assessment", "0.9"),
    ("attendance alone", [("verydifficult", NEW, None)], None, 0, "attendance", "0.9"),
    ("attendance does not raise what was shown", [("easy", NEW, "90"), ("verydifficult", NEW, None)], None, 2, "assessment", "0.9"),
    ("the highest counts, not the latest", [("difficult", OLD, "100"), ("easy", NEW, "90")], None, 3, "assessment", "0.9"),
    ("three years: one less", [("difficult", OLD, "100")], None, 3, "assessment", "0.9"),
    ("many years: not below the first", [("medium", OLDER, "100")], None, 1, "assessment", "0.9"),
    ("passed, and years ago", [("verydifficult", OLD, "75")], None, 3, "assessment", "0.9"),
    ("a course that says nothing", [("", NEW, "100")], None, 1, "assessment", "0.9"),
    ("a course that says what nobody knows", [("Kyu 3", NEW, "100")], None, 1, "assessment", "0.9"),
    ("words in any case", [(" VeryDifficult ", NEW, "100")], None, 5, "assessment", "0.9"),
    ("a certificate stands for a score", [("difficult", NEW, None)], (NEW, RUNS), 4, "certification", "0.9"),
    ("a certificate stands for the full mark", [("difficult", NEW, "71")], (NEW, RUNS), 4, "certification", "0.9"),
    ("a certificate that never ends", [("difficult", NEW, None)], (NEW, None), 4, "certification", "0.9"),
    ("in force: no fading", [("difficult", OLD, None)], (OLD, RUNS), 4, "certification", "0.9"),
    ("ran out: less sure, nothing taken away", [("difficult", NEW, None)], (NEW, RAN_OUT), 4, "certification", "0.45"),
    ("ran out, and years ago", [("difficult", OLD, None)], (OLD, RAN_OUT), 3, "certification", "0.45"),
    ("issued before: stands for another attempt", [("difficult", NEW, None)], (OLD, RUNS), 0, "attendance", "0.9"),
    ("a day ahead of us", [("difficult", "2026-11-03", "85")], None, 4, "assessment", "0.9"),
]  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """What a person completed, each course under a code of its own; their certificate, and the skill on their record."""

    completions: list[Completion]
    certificate: Certificate | None = None
    item: Record | None = None


def people_of(*people: Somebody, settings: Settings | None = None, incomplete: Iterable[str] = ()) -> Batch:
    """A batch of these people, worker 1 and on; every course carries the one tag."""
    courses, enrolments, certifications, certificates = [], [], [], []
    for number, one in enumerate(people, start=1):
        codes = [100 * number + n for n in range(len(one.completions))]
        for code, (difficulty, day, score) in zip(codes, one.completions, strict=True):
            courses.append(course(code, difficulty=difficulty))
            enrolments.append(enrolment(code, number, code, day, score=score))
        certifications.append({"id": str(number), "title": "Certified", "course_ids": [str(code) for code in codes]})
        if one.certificate is not None:
            issued, expires = one.certificate
            held = {"certification_id": str(number), "user_id": str(10_000 + number)}
            certificates.append({**held, "issued_date": issued, "expire_date": expires})
    numbers = range(1, len(people) + 1)
    items = [{} if one.item is None else {"Skills_group": [one.item]} for one in people]
    return reconciled(
        {"workers": [worker(number, **items[number - 1]) for number in numbers]},
        {
            "users": [user(number) for number in numbers],
            "courses": courses,
            "enrolments": enrolments,
            "course_skills": [{"course_id": one["id"], "skill_id": "1", "title": "sql"} for one in courses],
            "certifications": certifications,
            "certificates": certificates,
        },
        people=[link(number, number) for number in numbers],
        skills=[meaning("sql", "S-SQL") | {"confidence": 0.9}],
        settings=settings,
        incomplete=incomplete,
    )


def test_level_of_an_assertion() -> None:
    batch = people_of(*(Somebody(completions, certificate) for _, completions, certificate, *_ in LEVELS))
    shown = {row["worker_id_hris"]: row for row in rows_of(batch, reconcile.SKILL_ASSERTIONS)}
    evidence = rows_of(batch, reconcile.SKILL_EVIDENCE)
    for number, (case, completions, _, level, source, confidence) in enumerate(LEVELS, start=1):
        row = shown[wid(number)]
        assert (row["level"], row["source"], row["confidence"]) == (level, source, Decimal(confidence)), case
        mine = {each["evidence_id"]: each for each in evidence if each["worker_id_hris"] == wid(number)}
        assert len(mine) == len(completions), f"{case}: nothing is deleted"
        assert mine[row["evidence_id"]]["level"] == level, case
        assert row["valid_to_date"] == mine[row["evidence_id"]]["expires_date"], case
    batch.close()


def test_a_failed_course_shows_nothing_and_is_kept_as_evidence() -> None:
    batch = people_of(Somebody([("difficult", NEW, "69.99")], (NEW, RUNS)))
    assert rows_of(batch, reconcile.SKILL_ASSERTIONS) == []
    [told] = rows_of(batch, reconcile.SKILL_EVIDENCE)
    assert (told["is_passed"], told["level"], told["course_level"]) == (False, 0, 4)


BEGINNER, EXPERT = {"Skill_Level": "Beginner"}, {"Skill_Level": " EXPERT"}
# case, completions, item on record, comparison, levels (shown, on record), finding (type, HR value, LMS value)
COMPARED: list[tuple[str, list[Completion], Record | None, str, tuple[int | None, int | None], Any]] = [
    ("not on record", [("medium", NEW, "90")], None, "new", (3, None), ("skill_missing_hris", None, NEW)),
    ("attended only, not on record", [("medium", NEW, None)], None, "new", (0, None), ("skill_missing_hris", None, NEW)),
    ("shown higher", [("medium", NEW, "90")], BEGINNER, "higher", (3, 1), ("skill_level_higher", "1", "3")),
    ("attended only", [("verydifficult", NEW, None)], BEGINNER, "agrees", (0, 1), None),
    ("the same", [("veryeasy", NEW, "90")], BEGINNER, "agrees", (1, 1), None),
    ("HR knows more", [("medium", NEW, "90")], EXPERT, "agrees", (3, 5), None),
    ("HR says no level", [("medium", NEW, "90")], {}, "agrees", (3, None), None),
    ("HR says what nobody knows", [("medium", NEW, "90")], {"Skill_Level": "guru"}, "agrees", (3, None), None),
    ("failed at no higher level", [("medium", NEW, "40")], EXPERT, "contradicting", (None, 5), ("skill_level_contradicted", "5", NEW)),
    ("failed at a higher level", [("medium", NEW, "40")], BEGINNER, "unsupported", (None, 1), None),
    ("failed, then passed", [("medium", OLD, "40"), ("easy", NEW, "90")], EXPERT, "agrees", (2, 5), None),
    ("passed, then failed", [("easy", OLD, "90"), ("medium", NEW, "40")], EXPERT, "contradicting", (1, 5), ("skill_level_contradicted", "5", NEW)),
    ("passed and failed on one day", [("medium", NEW, "40"), ("medium", NEW, "90")], EXPERT, "agrees", (3, 5), None),
    ("nothing shows it", [], EXPERT, "unsupported", (None, 5), None),
]  # fmt: skip


def test_comparison_with_the_record() -> None:
    named = {"Skill_ID": "S-SQL", "Skill_Name": "SQL"}
    items = [None if item is None else {**named, **item} for _, _, item, *_ in COMPARED]
    batch = people_of(*(Somebody(case[1], item=item) for case, item in zip(COMPARED, items, strict=True)))
    rows = {row["worker_id_hris"]: row for row in rows_of(batch, reconcile.SKILL_COMPARISONS)}
    findings, deltas = findings_of(batch), deltas_of(batch)
    for number, (case, _, _, comparison, levels, finding) in enumerate(COMPARED, start=1):
        row = rows[wid(number)]
        assert (row["comparison"], (row["shown_level"], row["recorded_level"])) == (comparison, levels), case
        raised = {
            (found[0], *found[4:]) for found in findings if found[1] == wid(number) and found[0].startswith("skill")
        }
        assert raised == ({finding} if finding else set()), case
        assert (("skill", "add_skill", f"worker:{wid(number)}") in deltas) is (comparison == "new"), case
    assert {found for found in findings if found[0] == "skill_level_unmapped"} == {
        ("skill_level_unmapped", None, None, "skill_level", "guru", None)
    }
    batch.close()


@pytest.mark.parametrize("cut", ["lms.enrolments", "lms.users", "lms.courses"])
def test_unsupported_is_said_only_of_complete_extracts(cut: str) -> None:
    batch = people_of(Somebody([], item={"Skill_ID": "S-SQL", "Skill_Name": "SQL", **EXPERT}), incomplete=[cut])
    [row] = rows_of(batch, reconcile.SKILL_COMPARISONS)
    assert row["comparison"] == "unobserved"


def test_a_completion_on_its_way_from_hr_shows_a_level() -> None:
    batch = reconciled(
        {"workers": [worker(1)], "learning_records": [learning_record(1, 1, 1, NEW, Overall_Score="90")]},
        {
            "users": [user(1)],
            "courses": [course(1, difficulty="medium")],
            "course_skills": [{"course_id": "1", "skill_id": "1", "title": "sql"}],
        },
        people=[link(1, 1)],
        skills=[meaning("sql", "S-SQL")],
    )
    [shown] = rows_of(batch, reconcile.SKILL_ASSERTIONS)
    assert (shown["level"], shown["evidence_id"]) == (3, f"training_record:C-1@{NEW}")


def test_words_that_no_scale_knows_are_raised_once_and_the_firms_own_go_first() -> None:
    firm = sandbox_settings(
        skills={
            "levels": (
                LevelRule(scale="course", said=" Kyu 3", level=2),
                LevelRule(scale="course", said="difficult", level=5),
                LevelRule(scale="worker_skill", said="Meister", level=5),
            ),
            "levels_version": "2026-04",
        }
    )
    completions: list[Completion] = [("kyu 3", NEW, "90"), ("KYU 2", NEW, "90"), ("kyu 2", NEW, "90")]
    batch = people_of(
        Somebody(completions, item={"Skill_ID": "S-2", "Skill_Name": "x", "Skill_Level": "Meister"}), settings=firm
    )
    assert {found for found in findings_of(batch) if found[0] == "skill_level_unmapped"} == {
        ("skill_level_unmapped", None, None, "course_level", None, "kyu 2")
    }
    known = {(row["scale"], row["said"]): row for row in rows_of(batch, canonical.PROFICIENCY_LEVELS)}
    assert (known["course", "difficult"]["level"], known["course", "difficult"]["version"]) == (5, "firm 2026-04")
    assert known["course", "medium"]["version"] == "shipped 1"
    assert {row["levels_version"] for row in rows_of(batch, reconcile.SKILL_EVIDENCE)} == {"firm 2026-04", "none"}
    assert [row["level"] for row in rows_of(batch, reconcile.RECORDED_SKILLS)] == [5]


def test_a_word_may_stand_once_in_the_settings() -> None:
    rules = [{"scale": "course", "said": said, "level": 2} for said in ("Easy", "easy ")]
    with pytest.raises(ValidationError, match="'easy' stands twice for course"):
        Settings.model_validate({"skills": {"levels": rules}})


def test_the_field_of_the_level_is_the_firms_to_name() -> None:
    settings = sandbox_settings(lms={"course_level": "field_12"})
    batch = reconciled(None, {"courses": [course(1, field_12="expert", difficulty="easy")]}, settings=settings)
    assert [row["level_said"] for row in rows_of(batch, canonical.COURSES)] == ["expert"]


EXPECTED = (
    ExpectedSkill(job_profile="JP-2", skill="S-SQL", level=3),
    ExpectedSkill(job_profile="JP-2", skill="S-SQL", level=2),
    ExpectedSkill(job_profile="JP-9", skill="S-SQL", level=1),
)
NEXT = tuple(
    NextJob(job_profile=now, next_job_profile=then)
    for now, then in (("JP-1", "JP-2"), ("JP-2", "JP-1"), ("JP-1", "JP-9"))
)
# case, completions, certificate, item on record, whether it is recommended
READY: list[tuple[str, list[Completion], Certificate | None, Record | None, bool]] = [
    ("shows it", [("difficult", NEW, "80")], None, None, True),
    ("shows more", [("verydifficult", NEW, "90")], None, None, True),
    ("one level short", [("medium", NEW, "80")], None, None, False),
    ("attended alone", [("verydifficult", NEW, None)], None, None, False),
    ("on record alone", [], None, {"Skill_ID": "S-SQL", "Skill_Name": "SQL", "Skill_Level": "Expert"}, False),
    ("certified", [("medium", NEW, None)], (NEW, RUNS), None, True),
    ("certificate ran out", [("medium", NEW, None)], (NEW, RAN_OUT), None, False),
    ("certificate ran out, passed since", [("medium", NEW, None), ("medium", "2026-10-01", "90")], (NEW, RAN_OUT), None, True),
]  # fmt: skip


def test_a_next_job_is_recommended_to_those_who_show_all_it_calls_for() -> None:
    settings = sandbox_settings(skills={"expected": EXPECTED, "next_jobs": NEXT})
    batch = people_of(*(Somebody(done, held, item) for _, done, held, item, _ in READY), settings=settings)
    deltas, findings = deltas_of(batch), findings_of(batch)
    for number, (case, *_, is_ready) in enumerate(READY, start=1):
        advised = [{"job_profile": "JP-2"}] if is_ready else []
        assert deltas.get(("job", "recommend", f"worker:{wid(number)}"), []) == advised, case
        raised = ("job_recommended", wid(number), None, "JP-2", "JP-1", None) in findings
        assert raised is is_ready, case
    [row] = [row for row in rows_of(batch, reconcile.PROPOSED_DELTAS) if row["target_key"] == f"worker:{wid(1)}" and row["operation"] == "recommend"]  # fmt: skip
    assert json.loads(row["base"]) == {"expected": "S-SQL:3", "job_profile": "JP-1"}
    assert row["risk"] == "advice"
    assert row["reason"] == "Shows what Builder calls for: S-SQL at level 3 of 3."
    batch.close()


def test_nothing_is_recommended_where_the_settings_say_nothing() -> None:
    batch = people_of(Somebody([("verydifficult", NEW, "100")]))
    assert rows_of(batch, reconcile.JOB_READINESS) == []


@pytest.mark.parametrize("is_mapped", [True, False])
def test_a_new_account_tells_what_its_job_calls_for(is_mapped: bool) -> None:
    wanted = (*EXPECTED, ExpectedSkill(job_profile="JP-2", skill="S-2", level=1))
    fields = {"fields": LearnerFields(expected_skills="field_9" if is_mapped else "")}
    settings = sandbox_settings(skills={"expected": wanted}, lms=fields)
    jobs = {number: job(number, Job_Profile_ID=profile) for number, profile in ((1, "JP-2"), (2, "JP-1"))}
    skills = [{"Skill_ID": "S-SQL", "Skill_Name": "Querying"}]
    batch = reconciled({"workers": [worker(n, [one]) for n, one in jobs.items()], "skills": skills}, settings=settings)
    deltas = deltas_of(batch)
    told = [deltas["account", "create", f"worker:{wid(number)}"][0].get("expected_skills") for number in jobs]
    assert told == (["Querying (3), S-2 (1)", None] if is_mapped else [None, None])
    batch.close()
