"""How the vendors' texts are read: blanks around values, dates, zero dates, scores. No rules about people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Space separators. Tabs and line feeds are part of a value: hostile texts keep them."""

DAY_LENGTH = 10
_CENT = Decimal("0.01")
_LONGEST_SCORE = Decimal(10_000)


def text(value: object) -> str | None:
    """A value without the blanks around it; None where nothing is left."""
    if value is None:
        return None
    return str(value).strip(BLANKS) or None


def lower(value: object) -> str | None:
    """A value without the blanks around it, in lower case."""
    found = text(value)
    return None if found is None else found.lower()


def is_true(value: object) -> bool:
    """Whether a vendor's flag is set."""
    return (lower(value) or "") in {"1", "true", "yes"}


@lru_cache(maxsize=100_000)
def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value.strip(BLANKS)[:10]).isoformat()
    except ValueError:
        return None


def day(value: str | None) -> str | None:
    """The date at the beginning of a text, as YYYY-MM-DD; None for zero dates and what is no date."""
    if value is None:
        return None
    # Moments of one day share a place in the cache.
    return _day(value if value[:1] in BLANKS else value[:DAY_LENGTH])


def moment(value: str | None) -> datetime:
    """A moment with its offset; the beginning of time where there is none."""
    if value:
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
    return datetime.min.replace(tzinfo=UTC)


@lru_cache(maxsize=100_000)
def _score(value: str) -> Decimal | None:
    try:
        found = Decimal(value.strip(BLANKS)).quantize(_CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return found if abs(found) < _LONGEST_SCORE else None


def score(value: str | None) -> Decimal | None:
    """A score in per cent with two decimals; None where there is none."""
    return None if value is None else _score(value)


def score_text(value: Decimal | None) -> str | None:
    """A score as it is written: no needless zeros."""
    if value is None:
        return None
    return format(value, "f").rstrip("0").rstrip(".")
