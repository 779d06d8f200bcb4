"""Puts discrepancies into a company that agrees, kind by kind at the wanted rates, and writes down each one."""

from __future__ import annotations

import sqlite3
from random import Random

from lms_hris_pipeline.sandbox.company.catalogue import Catalogue
from lms_hris_pipeline.sandbox.company.faults import accounts, identity, levels, organisation, training, values
from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene
from lms_hris_pipeline.sandbox.company.people import PeopleMaker
from lms_hris_pipeline.sandbox.company.rates import FaultRates

INJECTIONS: dict[str, Injection] = {
    **identity.INJECTIONS, **accounts.INJECTIONS, **values.INJECTIONS, **organisation.INJECTIONS, **training.INJECTIONS,
    **levels.INJECTIONS,
}  # fmt: skip
"""How each kind of discrepancy is injected. The rare cases that need people of a kind come first."""


def inject(
    company: sqlite3.Connection,
    truth: sqlite3.Connection,
    *,
    people: PeopleMaker,
    catalogue: Catalogue,
    workers: int,
    rates: FaultRates,
) -> None:
    """Inject every kind at its rate. A kind whose people are used up stops early."""
    rng = Random(f"{people.seed}/faults")
    counts = {kind: _count(rate * workers, rng) for kind, rate in rates.as_pairs()}
    scene = Scene(company, truth, rng, people, catalogue)
    scene.fill_pools(sum(counts.values()))
    for kind, injection in INJECTIONS.items():
        for _ in range(counts[kind]):
            if not injection(scene):
                break


def _count(expected: float, rng: Random) -> int:
    """A whole number of cases whose mean is `expected`."""
    return int(expected) + int(rng.random() < expected % 1)
