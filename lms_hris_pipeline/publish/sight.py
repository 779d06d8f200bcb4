"""What the target shows of a delta: done, ready to be sent, stale, or waiting. Pure comparisons; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms_hris_pipeline.connectors.protocols import RowOutcome
from lms_hris_pipeline.model.delta import Delta

CASELESS = frozenset({"email", "username"})


class Stand(StrEnum):
    """How a delta stands against its target."""

    DONE = "done"
    READY = "ready"
    STALE = "stale"
    WAITING = "waiting"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Sight:
    """How a delta stands, and why where it is neither done nor ready."""

    stand: Stand
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One vendor call (or, where `is_single` is false, a few idempotent ones) for some deltas.

    `call` answers an outcome for each delta, in order.
    """

    deltas: tuple[Delta, ...]
    call: Callable[[], Sequence[RowOutcome]]
    is_single: bool = True


DONE = Sight(Stand.DONE)
READY = Sight(Stand.READY)


def stale(field: str) -> Sight:
    """The target no longer is what the approval relied on."""
    return Sight(Stand.STALE, f"{field} changed since the approval")


def is_same(name: str, wanted: object, found: object) -> bool:
    """Whether a target's value is the wanted one; null and empty are one, as the vendors keep them."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    one, other = str(wanted if wanted is not None else "").strip(), str(found if found is not None else "").strip()
    return one.lower() == other.lower() if name in CASELESS else one == other


def compare(delta: Delta, desired: Mapping[str, object], present: Mapping[str, object]) -> Sight:
    """Fields to be written against the target's: each must hold its base still, or the wish already.

    Facts of the base that the target does not hold (those of HR) and all other fields of the target do not count.
    """
    if all(is_same(name, value, present.get(name)) for name, value in desired.items()):
        return DONE
    for name in sorted(set(delta.base) & set(present)):
        holds = is_same(name, delta.base[name], present[name])
        if not holds and not (name in desired and is_same(name, desired[name], present[name])):
            return stale(name)
    return READY


def names(value: object) -> list[str]:
    """The members of a list joined by |."""
    return [name for name in str(value or "").split("|") if name]
