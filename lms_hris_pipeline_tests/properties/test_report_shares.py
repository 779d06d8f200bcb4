"""Shares of any amount by any weights: exact to the cent, as an oracle in fractions has them, in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_hris_pipeline.tables import canonical, report
from lms_hris_pipeline.tables.contract import Table
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline.warehouse.queries import read_query
from lms_hris_pipeline_tests.support.stage import AS_OF, rows_of

CENTS = st.integers(-(10**17), 10**17) | st.integers(-20, 20)
WEIGHTS = st.dictionaries(
    st.sampled_from([f"CC-{n}" for n in range(12)] + ["UNASSIGNED"]), st.integers(1, 10**6) | st.integers(1, 3)
)
LINES = st.lists(st.tuples(CENTS, CENTS, WEIGHTS), min_size=1, max_size=10)  # fmt: skip
Line = tuple[int, int, dict[str, int]]
_MONEY = pa.decimal128(18, 2)


@pytest.fixture(scope="module")
def batch() -> Iterator[Batch]:
    opened = Batch.in_memory(as_of=AS_OF)
    yield opened
    opened.close()


def amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def allocated(batch: Batch, lines: Sequence[Line], order: Sequence[int]) -> dict[tuple[int, str], tuple[Decimal, ...]]:
    """Net, tax and rounding by line and cost centre, the rows being stored in `order`."""
    keys = [
        {"invoice_id": "I", "line_no": number, "cost_center_id": center, "method": "enrolments", "unit_count": weight}
        for number in order
        for center, weight in sorted(lines[number][2].items(), reverse=order[0] > 0)
    ]
    charges = [
        {"invoice_id": "I", "line_no": number, "net_amount": amount(lines[number][0]), "tax_amount": amount(lines[number][1])}
        for number in order
    ]  # fmt: skip
    write(batch, report.ALLOCATION_KEYS, keys)
    write(
        batch,
        canonical.CHARGES,
        [{**row, "supplier": "S", "charge_type": "CONTENT", "currency": "EUR"} for row in charges],
    )
    batch.build(report.ALLOCATED_CHARGES, read_query(report.ALLOCATED_CHARGES))
    return {
        (row["line_no"], row["cost_center_id"]): (row["net_amount"], row["tax_amount"], row["rounding_net_amount"])
        for row in rows_of(batch, report.ALLOCATED_CHARGES)
    }


def write(batch: Batch, table: Table, rows: list[dict[str, object]]) -> None:
    types = {
        "VARCHAR": pa.string(),
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "DATE": pa.date32(),
        "DECIMAL(18,2)": _MONEY,
    }
    batch.write(
        table,
        pa.table(
            {
                column.name: pa.array([row.get(column.name) for row in rows], types.get(column.type, pa.decimal128(18, 4)))
                for column in table.columns
            }
        ),
    )  # fmt: skip


def fair(cents: int, weights: dict[str, int]) -> dict[str, int]:
    """The oracle: largest remainder over exact fractions of the absolute amount."""
    if not weights:
        return {"UNALLOCATED": cents}
    exact = {center: Fraction(abs(cents) * weight, sum(weights.values())) for center, weight in weights.items()}
    cut = {center: floor(share) for center, share in exact.items()}
    left = abs(cents) - sum(cut.values())
    for center in sorted(weights, key=lambda name: (cut[name] - exact[name], name))[:left]:
        cut[center] += 1
    sign = -1 if cents < 0 else 1
    return {center: sign * share for center, share in cut.items()}


@settings(max_examples=25, deadline=None)
@given(lines=LINES, data=st.data())
def test_scenario_28_shares_are_the_oracles_and_sum_to_the_cent(
    batch: Batch, lines: list[Line], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(lines))))
    found = allocated(batch, lines, order)
    for number, (net, tax, weights) in enumerate(lines):
        of_line = {center: shares for (line_no, center), shares in found.items() if line_no == number}
        assert sum(shares[0] for shares in of_line.values()) == amount(net)
        assert sum(shares[1] for shares in of_line.values()) == amount(tax)
        assert {center: shares[0] for center, shares in of_line.items()} == {
            center: amount(cents) for center, cents in fair(net, weights).items()
        }
        assert {center: shares[1] for center, shares in of_line.items()} == {
            center: amount(cents) for center, cents in fair(tax, weights).items()
        }
        assert all(abs(shares[2]) in (0, amount(1)) for shares in of_line.values())


@settings(max_examples=8, deadline=None)
@given(lines=LINES)
def test_shares_do_not_depend_on_the_order_of_rows(batch: Batch, lines: list[Line]) -> None:
    forwards = list(range(len(lines)))
    assert allocated(batch, lines, forwards) == allocated(batch, lines, forwards[::-1])
