"""What the pages say and how: words for every value, inert text, figures, what happens next to a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from lms_hris_pipeline.match.people_facts import CAUSES
from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.model.wish import delta_id
from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.charts import bars
from lms_hris_pipeline.report.facts import DeltaStanding, NightFacts, Outlook
from lms_hris_pipeline.report.inert import MAX_CELL, cell_text, csv_cell, visible
from lms_hris_pipeline.settings import PolicySettings
from lms_hris_pipeline.tables import canonical, reconcile, report
from lms_hris_pipeline.tables.contract import Table

AS_OF = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def values_of(table: Table, column: str) -> set[str]:
    return set(next(found.values for found in table.columns if found.name == column))


@pytest.mark.parametrize(
    ("spoken", "meant"),
    [
        (set(words.TYPES), values_of(reconcile.EXCEPTIONS, "type")),
        (set(words.SITUATIONS), values_of(reconcile.SITUATIONS, "situation")),
        (set(words.FAMILIES), values_of(reconcile.PROPOSED_DELTAS, "family")),
        (set(words.OPERATIONS), values_of(reconcile.PROPOSED_DELTAS, "operation")),
        (set(words.METHODS), values_of(report.ALLOCATED_CHARGES, "method")),
        (set(words.UNITS) | {"none"}, values_of(report.ALLOCATED_CHARGES, "method")),
        (set(words.OBSTACLES), values_of(reconcile.UNALLOCATED_CHARGES, "obstacle")),
        (set(words.CHARGE_TYPES), values_of(canonical.CHARGES, "charge_type")),
        (set(words.OUTLOOKS), set(Outlook)),
        (set(words.LINK_CAUSES), {*CAUSES, "through_others"}),
    ],
)
def test_every_value_of_a_contract_has_words(spoken: set[str], meant: set[str]) -> None:
    assert spoken == meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("Zoë 李 🙂 don't", "Zoë 李 🙂 don't"),
        ("nul\x00 tab\t line\r\n del\x7f", "nul␀ tab␉ line␍␊ del␡"),
        ("c1\x9b", "c1\ufffd"),
        ("right\u202eto left\u2066", "right\ufffdto left\ufffd"),
        ("mark\u200f", "mark\ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
    ],
)
def test_scenario_31_control_characters_are_seen(text: str, expected: str) -> None:
    assert visible(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a=1", "a=1"),
        ("=1+1", "'=1+1"),
        ("+49 30 1", "'+49 30 1"),
        ("-3", "'-3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'␉=1"),
        ("\rx", "'␍x"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("'=1", "'=1"),
    ],
)
def test_scenario_31_nothing_in_a_csv_is_a_formula(text: str, expected: str) -> None:
    assert csv_cell(text) == expected


def test_a_cell_is_cut_aloud_and_never_taken_for_markup() -> None:
    cut = cell_text("x" * (MAX_CELL + 1))
    assert len(cut) == MAX_CELL
    assert cut.endswith("… (cut; 32,768 characters)")
    assert cell_text("x" * MAX_CELL) == "x" * MAX_CELL
    assert not cell_text("<r><t>raw</t></r>").endswith("</r>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (words.number(1234567), "1,234,567"),
        (words.number(-3), "−3"),
        (words.money(Decimal("-1234.50"), "EUR"), "EUR\u00a0−1,234.50"),
        (words.money(Decimal("0"), "JPY"), "JPY\u00a00.00"),
        (words.counted(1, "line", "lines"), "1 line"),
        (words.counted(2000, "line", "lines"), "2,000 lines"),
        (words.day(AS_OF.date()), "2 Nov 2026"),
        (words.day(None), "–"),
        (words.month("2026-11"), "Nov 2026"),
        (words.month("unknown"), "unknown"),
        (words.month("2026-13"), "2026-13"),
        (words.long_instant(AS_OF, ZoneInfo("Australia/Melbourne")), "Tuesday 3 November 2026, 08:00 AEDT"),
        (words.age(AS_OF, AS_OF, BERLIN), "new"),
        (words.age(AS_OF + timedelta(minutes=1), AS_OF, BERLIN), "new"),
        (words.age(AS_OF - timedelta(minutes=1), AS_OF, BERLIN), "under a day"),
        (words.age(AS_OF - timedelta(hours=24), AS_OF, BERLIN), "1 day"),
        (words.age(AS_OF - timedelta(days=12, hours=23), AS_OF, BERLIN), "12 days"),
        (words.age(AS_OF - timedelta(hours=23, minutes=59), AS_OF, BERLIN), "1 day"),
        (words.age(AS_OF - timedelta(hours=23, minutes=59), AS_OF, ZoneInfo("Asia/Tokyo")), "1 day"),
        (words.age(AS_OF - timedelta(hours=7), AS_OF, ZoneInfo("Asia/Tokyo")), "1 day"),
        (words.age(AS_OF - timedelta(hours=7), AS_OF, BERLIN), "under a day"),
        (words.change("update", "branch"), "move to branch"),
        (words.change("merge", "account"), "merge accounts"),
    ],
)
def test_figures_and_days_in_words(value: str, expected: str) -> None:
    assert value == expected


def test_bars_share_one_scale_that_holds_zero() -> None:
    drawn = [(bar.start_pct, bar.width_pct, bar.zero_pct) for bar in bars([Decimal(30), Decimal(-10), Decimal(0)])]
    assert drawn == [("25.00%", "75.00%", "25.00%"), ("0.00%", "25.00%", "25.00%"), ("25.00%", "0.00%", "25.00%")]
    assert [bar.width_pct for bar in bars([Decimal(0)])] == ["0.00%"]
    assert bars([]) == []


@pytest.mark.parametrize(
    ("phase", "risk", "standing", "outlook", "generation"),
    [
        ("off", "low", None, Outlook.OFF, 1),
        ("shadow", "low", None, Outlook.SHADOW, 1),
        ("approve", "low", None, Outlook.WAITING, 1),
        ("auto", "low", None, Outlook.AUTOMATIC, 1),
        ("auto", "normal", None, Outlook.WAITING, 1),
        ("auto", "advice", None, Outlook.ADVICE, 1),
        ("approve", "advice", (2, DeltaState.PROPOSED), Outlook.ADVICE, 2),
        ("shadow", "advice", None, Outlook.SHADOW, 1),
        ("auto", "advice", (1, DeltaState.REJECTED), Outlook.REJECTED, 1),
        ("shadow", "low", (1, DeltaState.PROPOSED), Outlook.SHADOW, 1),
        ("approve", "low", (2, DeltaState.PROPOSED), Outlook.WAITING, 2),
        ("auto", "low", (3, DeltaState.PROPOSED), Outlook.WAITING, 3),
        ("approve", "low", (1, DeltaState.APPROVED), Outlook.APPROVED, 1),
        ("auto", "low", (1, DeltaState.AUTO_APPROVED), Outlook.AUTOMATIC, 1),
        ("approve", "low", (1, DeltaState.REJECTED), Outlook.REJECTED, 1),
        ("auto", "low", (4, DeltaState.SENT), Outlook.UNDER_WAY, 4),
        ("auto", "low", (1, DeltaState.VERIFIED), Outlook.AUTOMATIC, 2),
        ("approve", "low", (2, DeltaState.SUPERSEDED), Outlook.WAITING, 3),
    ],
)
def test_what_happens_next_to_a_change(
    phase: str, risk: str, standing: tuple[int, DeltaState] | None, outlook: Outlook, generation: int
) -> None:
    policy = PolicySettings.model_validate({"skills": phase, "auto_approve_risk": "low"})
    deltas = {"w": DeltaStanding(*standing)} if standing else {}
    facts = NightFacts("Lumen", ZoneInfo("UTC"), policy, deltas=deltas)
    assert facts.outlook("w", "skills", risk, is_pilot=True) is outlook
    assert facts.delta_id("w") == delta_id("w", generation)
