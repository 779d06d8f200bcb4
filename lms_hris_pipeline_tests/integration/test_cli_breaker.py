"""What `explain` and `try` say of the breaker: of what is approved, of one change more, of all that wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_hris_pipeline.cli.breaker import what_the_breaker_holds
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.settings import PublishSettings
from lms_hris_pipeline_tests.support.ledger import NOW, policy
from lms_hris_pipeline_tests.support.publishing import deactivation

RULES = PublishSettings(breaker_count=3, breaker_share=1.0)


@pytest.mark.parametrize(
    ("waiting", "approved", "asked", "words"),
    [
        (1, 0, "waiting", None),
        (3, 0, "waiting", None),
        (4, 0, "waiting", "Approved together with all that wait, the breaker would hold it: 4 "),
        (1, 3, "waiting", "Once approved, the breaker would hold it: 4 "),
        (1, 2, "waiting", None),
        (0, 3, "approved", None),
        (0, 4, "approved", "The breaker holds it: 4 "),
    ],
)
def test_the_breaker_is_foretold(tmp_path: Path, waiting: int, approved: int, asked: str, words: str | None) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    waits = [deactivation(number) for number in range(1, waiting + 1)]
    goes = [deactivation(100 + number) for number in range(1, approved + 1)]
    for wishes in (goes, waits):
        ledger.propose(
            wishes, batch_id="2026-11-02-01", as_of=NOW, now=NOW, policy=policy(), is_complete=False, rejection_days=90
        )
        if wishes is goes and goes:
            ledger.approve([delta.delta_id for delta in ledger.deltas()], by="Ada", now=NOW)
    wish = (waits if asked == "waiting" else goes)[0].wish_id
    held = what_the_breaker_holds(ledger, [wish], active_accounts=1000, settings=RULES, now=NOW)
    unknown = what_the_breaker_holds(ledger, ["0" * 64], active_accounts=1000, settings=RULES, now=NOW)
    ledger.close()
    assert unknown == {}
    assert list(held) == ([wish] if words else [])
    assert (words or "") in held.get(wish, "")
