"""The steps of a publication in the order in which they depend on each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish import accounts, merging, training
from lms_hris_pipeline.publish.bench import Bench
from lms_hris_pipeline.publish.sight import Sight, Unit

SYSTEMS = ("lms", "hris")
"""The targets, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Step:
    """How deltas of one kind are seen at their target, and sent.

    Args:
        is_repeatable: the target takes the same write twice as once. Where it does not, a write in doubt is given
            time before its absence is believed.
        parts: values that tell deltas of one target apart; two of the same never go together.
        is_parallel: calls for different targets do not depend on each other, and may be made at the same time.
    """

    see: Callable[[Bench, Sequence[Delta]], dict[str, Sight]]
    send: Callable[[Bench, Sequence[Delta]], list[Unit]]
    is_repeatable: bool = True
    parts: tuple[str, ...] = ()
    system: str = "lms"
    is_parallel: bool = False

    def subject(self, delta: Delta) -> tuple[str, ...]:
        """What a delta changes: of two approvals for the same, only the later one is sent."""
        return (delta.target_key, *(str(delta.desired.get(name)) for name in self.parts))


STEPS: Mapping[tuple[str, str], Step] = {
    ("account", "create"): Step(accounts.see_created, accounts.send_created),
    ("account", "reactivate"): Step(accounts.see_values, accounts.send_active),
    ("account", "update"): Step(accounts.see_values, accounts.send_values),
    ("profile", "update"): Step(accounts.see_values, accounts.send_values),
    ("branch", "update"): Step(accounts.see_branch, accounts.send_branch),
    ("manager", "set_manager"): Step(accounts.see_manager, accounts.send_manager, is_parallel=True),
    ("groups", "set_groups"): Step(accounts.see_groups, accounts.send_groups),
    ("completion", "enrol"): Step(training.see_completions, training.send_completions, parts=("course_code",)),
    ("account", "deactivate"): Step(accounts.see_values, accounts.send_active),
    ("account", "merge"): Step(merging.see_merged, merging.send_merged, False, ("duplicate_learner_id",)),
    ("training_record", "add_training_record"): Step(
        training.see_training, training.send_training, False, ("course_code", "completed_date"), "hris", True
    ),
    ("skill", "add_skill"): Step(training.see_skills, training.send_skills, False, ("skill_id",), "hris", True),
}
"""By entity and operation; first accounts, then what needs them, last what ends them, then the HR system."""


def by_step(deltas: Sequence[Delta], system: str) -> list[tuple[Step, str, list[Delta]]]:
    """Deltas by step of a system in the order of the steps, with the step's name; unknown kinds are left out."""
    found: dict[tuple[str, str], list[Delta]] = defaultdict(list)
    for delta in deltas:
        found[delta.entity, delta.operation].append(delta)
    return [
        (step, f"{kind[1]} {kind[0]}", sorted(found[kind], key=accounts.wish_order))
        for kind, step in STEPS.items()
        if kind in found and step.system == system
    ]


def system_of(delta: Delta) -> str | None:
    """The system that a delta's step writes to; None where no step of this version sends it."""
    step = STEPS.get((delta.entity, delta.operation))
    return step.system if step else None


def latest_of_each(step: Step, deltas: Sequence[Delta]) -> set[str]:
    """Of deltas that change the same, the ids of those proposed last."""
    chosen: dict[tuple[str, ...], Delta] = {}
    for delta in sorted(deltas, key=lambda delta: (delta.proposed_at, delta.delta_id)):
        chosen[step.subject(delta)] = delta
    return {delta.delta_id for delta in chosen.values()}
