"""What must hold of a framework before anything is matched against it. Faults are gathered and said in one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lms_hris_pipeline.match.frameworks.given import Alias, Broader, Concept, Framework, GivenFramework
from lms_hris_pipeline.match.frameworks.shift import find_slip
from lms_hris_pipeline.model.errors import BadInput

FAULTS_SHOWN = 20
LONGEST_ID = 300
LONGEST_LABEL = 2_000


def check_framework(given: GivenFramework) -> Framework:
    """The framework, without aliases that repeat a label or each other.

    Labels or aliases that several concepts share are kept and noted: tags with those words go to a person.

    Raises:
        BadInput: an id or a label is missing, broken or there twice, an alias or a broader concept names nobody, a
            concept lies above itself, or aliases slipped against labels. All faults but the last are listed together.
    """
    places: dict[str, str] = {}
    faults = [*_faults_of_concepts(given.concepts, places)]
    faults += _faults_of_aliases(given, places)
    faults += _faults_of_broader(given, places)
    faults += _cycles(given.broader)
    if faults:
        more = f"\n  and {len(faults) - FAULTS_SHOWN:,} more" if len(faults) > FAULTS_SHOWN else ""
        shown = "\n  ".join(faults[:FAULTS_SHOWN])
        raise BadInput(
            f"The framework cannot be taken; nothing was imported\n  {shown}{more}\n  Mend these, then import again."
        )
    if not given.concepts:
        raise BadInput(f"The files name no {given.kind}\n  Name the file that lists them.")
    _refuse_slip(given)
    aliases, repeated = _distinct_aliases(given)
    notes = [*given.notes]
    if repeated:
        notes.append(f"{repeated:,} aliases say again what a label or another alias says: left out.")
    notes += _shared(given.kind, "label", ((one.label, one.concept_id) for one in given.concepts))
    notes += _shared(given.kind, "alias", ((one.alias, one.concept_id) for one in aliases))
    return Framework(given.kind, given.concepts, aliases, _distinct_broader(given.broader), tuple(notes))


def _faults_of_concepts(concepts: Sequence[Concept], places: dict[str, str]) -> Iterator[str]:
    """Also notes in `places` where each id stands first."""
    for one in concepts:
        if not one.concept_id:
            yield f"{one.place}: the id is empty"
        elif not one.concept_id.isprintable() or len(one.concept_id) > LONGEST_ID:
            yield f"{one.place}: {one.concept_id[:40]!r} is no id"
        elif one.concept_id in places:
            yield f"{one.place}: the id {one.concept_id!r} stands in {places[one.concept_id]} already"
        if not one.label:
            yield f"{one.place}: the label is empty"
        elif len(one.label) > LONGEST_LABEL:
            yield f"{one.place}: the label has {len(one.label):,} characters; is it a description?"
        places.setdefault(one.concept_id, one.place)


def _faults_of_aliases(given: GivenFramework, places: dict[str, str]) -> Iterator[str]:
    for row in given.rows:
        if row.concept_id not in places:
            yield f"{row.place}: there is no {given.kind} with the id {row.concept_id!r}"
        elif "" in row.aliases:
            yield f"{row.place}: the alias is empty"


def _faults_of_broader(given: GivenFramework, places: dict[str, str]) -> Iterator[str]:
    if given.groups is None:
        return
    for one in given.broader:
        for named in (one.concept_id, one.broader_id):
            if named not in places and named not in given.groups:
                yield f"{one.place}: there is no {given.kind} with the id {named!r}"


def _cycles(broader: Sequence[Broader]) -> Iterator[str]:
    """One fault for each way up that comes back to where it began."""
    above: dict[str, list[Broader]] = defaultdict(list)
    for one in broader:
        above[one.concept_id].append(one)
    done: set[str] = set()
    for start in list(above):
        way: list[str] = [start]
        waiting = [iter(above[start])]
        while waiting and start not in done:
            step = next(waiting[-1], None)
            if step is None:
                done.add(way.pop())
                waiting.pop()
            elif step.broader_id in way:
                circle = [*way[way.index(step.broader_id) :], step.broader_id]
                yield f"{step.place}: {' below '.join(map(repr, circle))} goes in a circle"
            elif step.broader_id not in done:
                way.append(step.broader_id)
                waiting.append(iter(above.get(step.broader_id, ())))


def _refuse_slip(given: GivenFramework) -> None:
    labels = {one.concept_id: one.label for one in given.concepts}
    slip = find_slip(given.rows, labels)
    if slip is None:
        return
    rows = "row" if abs(slip.offset) == 1 else "rows"
    where = f"{abs(slip.offset)} {rows} {'below' if slip.offset > 0 else 'above'}"
    raise BadInput(
        f"Aliases have slipped against labels, from about {slip.place} on; nothing was imported\n"
        f"  There {slip.votes} of {slip.votes + slip.against} rows fit the label {where} better than their "
        f"own: {slip.alias!r} stands with {slip.own_label!r} and fits {slip.fitting_label!r}\n"
        "  A column was probably sorted or filled without the others: export the file again and do not edit it by column."
    )


def _distinct_aliases(given: GivenFramework) -> tuple[tuple[Alias, ...], int]:
    """Aliases in the order of the file, and how many said again what was said."""
    said = {(one.concept_id, _folded(one.label)) for one in given.concepts}
    found, repeated = [], 0
    for row in given.rows:
        for alias in row.aliases:
            if (key := (row.concept_id, _folded(alias))) in said:
                repeated += 1
                continue
            said.add(key)
            found.append(Alias(row.concept_id, alias, row.place))
    return tuple(found), repeated


def _shared(kind: str, what: str, words: Iterator[tuple[str, str]]) -> Iterator[str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for word, concept_id in words:
        owners[_folded(word)].add(concept_id)
    shared = sorted(word for word, ids in owners.items() if len(ids) > 1)
    if shared:
        plural = {"label": "labels", "alias": "aliases"}[what]
        yield f"{len(shared):,} {plural} stand for more than one {kind}, for example {shared[0]!r}: kept; such tags go to a person."


def _distinct_broader(broader: Sequence[Broader]) -> tuple[Broader, ...]:
    return tuple({(one.concept_id, one.broader_id): one for one in broader}.values())


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
