"""What a batch's `_run` folder notes for its pages: the same for the night's and for pages that are made again."""

from __future__ import annotations

from pathlib import Path

from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.report.facts import DeltaStanding, NightFacts
from lms_hris_pipeline.resources.snapshot import read_first_seen, read_standings
from lms_hris_pipeline.settings import Settings


def read_facts(folder: Path, settings: Settings) -> NightFacts:
    """The firm and its phases as `settings` say, the age of cases and the standing of deltas as `folder` notes.

    A case that is new tonight was first seen at the night's instant.

    Raises:
        ContractBroken: the folder holds no snapshot of the ledger.
    """
    standings = {
        wish: DeltaStanding(generation, DeltaState(state)) for wish, generation, state in read_standings(folder)
    }
    firm = settings.firm
    return NightFacts(firm.name, firm.zone, settings.policy, read_first_seen(folder), standings)
