"""Recommendations are advice to people: whatever policy, people or the database say, nothing sends one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms_hris_pipeline.connectors.protocols import HrisWriter, LmsWriter
from lms_hris_pipeline.ledger import schema
from lms_hris_pipeline.model.delta import ADVICE, SENDABLE_STATES, DeltaState
from lms_hris_pipeline.publish.steps import STEPS, system_of
from lms_hris_pipeline.settings import RISKS, PolicySettings
from lms_hris_pipeline_tests.support.deltas import delta_of
from lms_hris_pipeline_tests.support.ledger import FAMILIES, NOW, policy
from lms_hris_pipeline_tests.support.publishing import BATCH, Firm, firm_in, recommendation, skill

ADVISED = recommendation(2, "JP-2")
EAGER = policy("auto", auto_approve_risk="high")


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as running:
        yield running


def propose(firm: Firm, policy: PolicySettings = EAGER, times: int = 1) -> str:
    for _ in range(times):
        firm.ledger.propose(
            [ADVISED], batch_id=BATCH, as_of=NOW, now=NOW, policy=policy, is_complete=True, rejection_days=90
        )
    [delta] = firm.ledger.deltas()
    return delta.delta_id


def force(firm: Firm, state: DeltaState) -> None:
    """Set the state behind the ledger's back."""
    with firm.ledger._transaction() as connection:
        connection.execute(sa.update(schema.deltas).values(state=state, is_shadow=False, decided_by="Ada"))


def test_no_step_and_no_writer_can_carry_advice() -> None:
    assert system_of(delta_of(ADVISED)) is None
    assert not ADVICE & {operation for _, operation in STEPS}
    calls = {name for writer in (HrisWriter, LmsWriter) for name, _ in inspect.getmembers(writer, inspect.isfunction)}
    assert not [name for name in calls if any(word in name for word in ("job", "pay", "position", "promot"))]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("limit", RISKS)
def test_policy_approves_no_advice(family: str, limit: str) -> None:
    assert not policy("auto", auto_approve_risk=limit).approves(family, ADVISED.risk)


def test_a_person_cannot_approve_it_and_may_reject_it(firm: Firm) -> None:
    advised = propose(firm, times=2)
    assert firm.state(ADVISED) == "proposed"
    assert firm.ledger.approve([advised], by="Ada", now=NOW) == 0
    assert firm.state(ADVISED) == "proposed"
    assert firm.ledger.reject([advised], by="Ada", now=NOW, reason="not now") == 1
    propose(firm)
    assert firm.state(ADVISED) == "rejected"


@pytest.mark.parametrize("state", list(DeltaState))
def test_in_no_state_does_a_publication_send_it(firm: Firm, state: DeltaState) -> None:
    advised = propose(firm)
    force(firm, state)
    assert firm.ledger.sendable() == []
    assert firm.ledger.begin_sending([advised], now=NOW) == []
    firm.publish()
    assert firm.writes() == []
    assert firm.state(ADVISED) == state
    assert firm.attempts(ADVISED) == []
    for wanted in SENDABLE_STATES:
        assert firm.ledger.finish({advised: (wanted, "")}, now=NOW) == 0


def test_it_is_superseded_once_nobody_advises_it(firm: Firm) -> None:
    propose(firm)
    firm.ledger.propose([], batch_id=BATCH, as_of=NOW, now=NOW, policy=EAGER, is_complete=True, rejection_days=90)
    assert firm.state(ADVISED) == "superseded"


def test_what_waits_beside_it_is_sent(firm: Firm) -> None:
    firm.approve(ADVISED, skill(2, "SK-1"))
    firm.publish()
    assert firm.state(skill(2, "SK-1")) == "verified"
    assert firm.state(ADVISED) == "proposed"
