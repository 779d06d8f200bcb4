"""The plan of a merge (scenario 29): what is chosen, what would be lost, and that nothing ever is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_hris_pipeline.publish.merging import better_certificates, completions, merged, plan_merge
from lms_hris_pipeline.publish.targets import Enrolment

D1, D2 = "2026-01-01", "2026-06-01"


def row(
    status: str, day: str | None = None, score: str | None = None, *, old: bool = False, course: str = "1"
) -> Enrolment:
    return Enrolment("x", f"C-{course}", course, status, day, score, old)


def done(day: str, score: str | None = None, *, old: bool = False) -> Enrolment:
    return row("completed", day, score, old=old)


OPEN = row("subscribed")
BEGUN = row("in_progress")


@pytest.mark.parametrize(
    ("case", "kept", "gone", "chosen", "lost"),
    [
        ("nothing on either side",                    [],                 [],                 [],    set()),
        ("only the first holds it",                   [done(D1)],         [],                 [],    set()),
        ("only the second holds it: it moves",        [],                 [done(D1)],         [],    set()),
        ("the first is enrolled, the second has completed", [OPEN],       [done(D1)],         ["1"], set()),
        ("the second is only enrolled",               [done(D1)],         [OPEN],             [],    set()),
        ("neither has completed, the second is further", [OPEN],          [BEGUN],            ["1"], set()),
        ("neither has completed, the first is further", [BEGUN],          [OPEN],             [],    set()),
        ("both on one day",                           [done(D1)],         [done(D1)],         [],    set()),
        ("both on one day, the second's score is better", [done(D1, "60")], [done(D1, "90")], ["1"], set()),
        ("both on one day, the first's score is better", [done(D1, "90")], [done(D1, "60")],  [],    set()),
        ("both on one day, only the second has a score", [done(D1)],      [done(D1, "60")],   ["1"], set()),
        ("a score that is no number",                 [done(D1, "60")],   [done(D1, "good")], [],    set()),
        ("on two days: one would go",                 [done(D1)],         [done(D2)],         [],    {("C-1", D2)}),
        ("the second's day is an old one of the first", [done(D1, old=True), done(D2)], [done(D1)], [], set()),
        ("the first's day is an old one of its own",  [done(D1, old=True), done(D1)],   [done(D2)], ["1"], set()),
        ("an old one of the second is dropped",       [],                 [done(D1, old=True)], [],  {("C-1", D1)}),
        ("an old one that the first holds, too",      [done(D1)],         [done(D1, old=True)], [],  set()),
        ("an old one that the second holds twice",    [OPEN],             [done(D1, old=True), done(D1)], ["1"], set()),
        ("an old one with a better score",            [done(D1, "60")],   [done(D1, "90", old=True)], [], {("C-1", D1)}),
        ("a better score would cost another day",     [done(D1, "60", old=True), done(D2)], [done(D1, "90")], [], {("C-1", D1)}),
        ("old ones of the first stay",                [done(D1, old=True), OPEN], [done(D2)], ["1"], set()),
        ("a completion of no known day counts",       [done(D1)],         [done("")],         [],    {("C-1", "")}),
        ("it is chosen where it is the only one",     [OPEN],             [done("")],         ["1"], set()),
    ],
)  # fmt: skip
def test_the_plan(
    case: str, kept: list[Enrolment], gone: list[Enrolment], chosen: list[str], lost: set[tuple[str, str]]
) -> None:
    assert plan_merge(kept, gone) == (chosen, lost), case


def test_courses_are_planned_apart() -> None:
    kept = [row("subscribed", course="1"), row("completed", D1, course="2"), row("completed", D1, course="3")]
    gone = [row("completed", D1, course="1"), row("completed", D1, course="2"), row("completed", D2, course="3")]
    assert plan_merge(kept, gone) == (["1"], {("C-3", D2)})


HISTORY = st.dictionaries(
    st.tuples(st.sampled_from("12"), st.booleans()),
    st.one_of(
        st.tuples(st.sampled_from(["subscribed", "in_progress"]), st.none(), st.none()),
        st.tuples(st.just("completed"), st.sampled_from([D1, D2, ""]), st.sampled_from([None, "60", "90"])),
    ),
    max_size=4,
)


def rows(history: dict[tuple[str, bool], tuple[str, str | None, str | None]]) -> list[Enrolment]:
    """One present and one archived enrolment a course at most, as the vendor has it."""
    return [
        row(status, day, score, old=old, course=course)
        for (course, old), (status, day, score) in sorted(history.items())
    ]


@given(HISTORY, HISTORY)
def test_a_plan_that_loses_nothing_keeps_every_completion_and_its_best_score(
    first: dict[tuple[str, bool], tuple[str, str | None, str | None]],
    second: dict[tuple[str, bool], tuple[str, str | None, str | None]],
) -> None:
    kept, gone = rows(first), rows(second)
    chosen, lost = plan_merge(kept, gone)
    after = completions(merged(kept, gone, chosen))
    before = completions([*kept, *gone])
    assert lost == {key for key, score in before.items() if after.get(key, -2.0) < score}
    # And no other choice would have lost less.
    subsets = [[], ["1"], ["2"], ["1", "2"]]
    fewest = min(sum(completions(merged(kept, gone, s)).get(k, -2.0) < v for k, v in before.items()) for s in subsets)
    assert len(lost) == fewest


@pytest.mark.parametrize(
    ("case", "kept", "gone", "better"),
    [
        ("none",                                 {},                   {},                   []),
        ("only the second holds it: it moves",   {},                   {"1": "2027-01-01"},  []),
        ("the first's ends later",               {"1": "2028-01-01"},  {"1": "2027-01-01"},  []),
        ("the same day",                         {"1": "2027-01-01"},  {"1": "2027-01-01"},  []),
        ("the second's ends later",              {"1": "2027-01-01"},  {"1": "2028-01-01"},  ["1"]),
        ("the second's never ends",              {"1": "2027-01-01"},  {"1": ""},            ["1"]),
        ("the first's never ends",               {"1": ""},            {"1": "2027-01-01"},  []),
        ("neither ends",                         {"1": ""},            {"1": ""},            []),
        ("others do not matter",                 {"1": "2027-01-01"},  {"2": "2028-01-01"},  []),
    ],
)  # fmt: skip
def test_the_better_certificate_is_never_dropped(
    case: str, kept: dict[str, str], gone: dict[str, str], better: list[str]
) -> None:
    assert better_certificates(kept, gone) == better, case
