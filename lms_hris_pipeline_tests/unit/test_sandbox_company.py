"""The made-up company's building blocks: the tree, names, tags, rates."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from random import Random

import pytest

from lms_hris_pipeline.sandbox.company import organisation
from lms_hris_pipeline.sandbox.company.catalogue import make_catalogue
from lms_hris_pipeline.sandbox.company.faults import INJECTIONS
from lms_hris_pipeline.sandbox.company.framework import TagBook, mistyped, skills
from lms_hris_pipeline.sandbox.company.names import COUNTRIES, Mailboxes, draw_name, folded, stripped, transliterated
from lms_hris_pipeline.sandbox.company.population import Population
from lms_hris_pipeline.sandbox.company.rates import FaultRates

STAFF = 5000


def test_spans_are_between_five_and_twelve() -> None:
    spans = Counter(organisation.manager_of(number) for number in range(1, STAFF))
    last = max(number for number in spans if number is not None)
    assert {span for leader, span in spans.items() if leader != last} <= set(range(5, 13))


def test_every_leader_belongs_to_an_organisation_that_comes_before() -> None:
    assert organisation.manager_of(0) is None
    assert all(organisation.organization_of(number) < number for number in range(1, STAFF))


@pytest.mark.parametrize("count", [1, 2, 13, 700])
def test_branches_are_a_nested_set(count: int) -> None:
    rows = organisation.branch_rows(count)
    by_id = {row[0]: row for row in rows}
    assert sorted(edge for row in rows for edge in row[5:]) == list(range(1, 2 * len(rows) + 1))
    for _, _, _, parent, level, left, right in rows:
        if parent is not None:
            above = by_id[parent]
            assert above[5] < left < right < above[6]
            assert level == above[4] + 1


@pytest.mark.parametrize("workers", [50, 51, 99, 1000, 12_345, 1_000_000])
def test_the_standings_add_up_to_the_size(workers: int) -> None:
    population = Population.of(workers)
    assert population.persons + population.former == workers
    ends = [population.numbers_of(name) for name in ("staff", "pre_hire", "later_hire", "rescinded", "leaver")]
    assert [len(each) for each in ends] == [
        population.staff, population.pre_hires, population.later_hires, population.rescinded, population.leavers,
    ]  # fmt: skip
    assert all(
        population.standing_of(each[0]) == name
        for each, name in zip(ends, ("staff", "pre_hire", "later_hire", "rescinded", "leaver"), strict=True)
    )
    if workers <= 12_345:
        assert sum(population.has_former_record(number) for number in range(population.persons)) == population.former


@pytest.mark.parametrize(
    ("name", "in_address", "in_plain_letters", "without_marks"),
    [
        ("Müller", "mueller", "Mueller", "Muller"),
        ("Łęcka", "lecka", "Lecka", "Lecka"),
        ("Groß-Weiß", "gross-weiss", "Gross-Weiss", "Gross-Weiss"),
        ("García López", "garcialopez", "Garcia Lopez", "Garcia Lopez"),
        ("O'Neill", "oneill", "O'Neill", "O'Neill"),
    ],
)
def test_names_in_other_letters(name: str, in_address: str, in_plain_letters: str, without_marks: str) -> None:
    assert folded(name) == in_address
    assert transliterated(name) == in_plain_letters
    assert stripped(name) == without_marks


def test_nobody_shares_an_address() -> None:
    rng, mailboxes = Random("addresses"), Mailboxes()
    addresses = [mailboxes.claim(draw_name(rng, country)) for country in COUNTRIES for _ in range(2000)]
    assert len(set(addresses)) == len(addresses)
    assert all(address.isascii() and address == address.lower() for address in addresses)


def test_names_follow_the_customs_of_their_country() -> None:
    rng = Random("customs")
    assert all(" " in draw_name(rng, "ES").last for _ in range(50)), "two surnames"
    drawn = [draw_name(rng, "PL") for _ in range(2000)]
    assert not any(name.last.endswith("ski") for name in drawn if name.is_woman)
    assert any(name.last.endswith("ska") for name in drawn if name.is_woman)
    assert any("-" in draw_name(rng, "DE").last for _ in range(300)), "double-barrelled"
    assert any(draw_name(rng, "NL").last.startswith("van ") for _ in range(300)), "particles"


def test_a_slip_always_changes_the_word() -> None:
    rng = Random("slips")
    assert all(
        mistyped(rng, word) != word for word in ("Anna", "Li", "X", "aaaa", "Müller-Schmidt") for _ in range(200)
    )


def test_no_tag_means_two_skills() -> None:
    book = TagBook(Random("tags"))
    meant: dict[str, str] = {}
    for skill in skills():
        for is_hard in (False, False, True):
            tag = book.tag_for(skill, is_hard=is_hard)
            assert meant.setdefault(tag.casefold().strip(), skill.skill_id) == skill.skill_id
            assert book.meanings[tag] == skill.skill_id


def test_no_word_of_the_framework_stands_for_two_skills() -> None:
    words = Counter(word.casefold() for skill in skills() for word in {skill.name, *skill.aliases})
    assert [word for word, count in words.items() if count > 1] == []


def test_a_completion_counts_under_the_revision_in_force() -> None:
    for course in make_catalogue(3).courses:
        numbers = [revision.number for revision in course.revisions]
        assert numbers == sorted(numbers)
        assert [revision.is_published for revision in course.revisions] == [False] * (len(numbers) - 1) + [True]
        assert all(revision.counts_as in {None, course.current.code} for revision in course.revisions)
        for revision in course.revisions:
            taken = course.taken_on(revision.effective)
            assert taken.counts_as == course.current.code
            assert taken is revision or revision.counts_as is None


def test_every_rate_has_its_injection() -> None:
    assert {item.name for item in fields(FaultRates)} == set(INJECTIONS)


def test_rates_are_scaled_and_kept() -> None:
    doubled = FaultRates.default().scaled(2)
    assert doubled.orphan == 2 * FaultRates.default().orphan
    assert FaultRates.default().scaled(0) == FaultRates.none()
    assert FaultRates.from_json(doubled.to_json()) == doubled
    with pytest.raises(ValueError, match="0 or more"):
        doubled.scaled(-1)
