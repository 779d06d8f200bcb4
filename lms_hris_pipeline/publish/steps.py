"""The steps of a publication in the order in which they depend on each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish import accounts, training
from lms_hris_pipeline.publish.bench import Bench
from lms_hris_pipeline.publish.sight import Sight, Unit


@dataclass(frozen=True, slots=True)
class Step:
    """How deltas of one kind are seen at their target, and sent.

    `is_repeatable`: what the target's reading says did not arrive may be sent again in the same publication. Where
    the vendor would take the same write twice, the next publication reads first.
    """

    see: Callable[[Bench, Sequence[Delta]], dict[str, Sight]]
    send: Callable[[Bench, Sequence[Delta]], list[Unit]]
    is_repeatable: bool = True


STEPS: Mapping[tuple[str, str], Step] = {
    ("account", "create"): Step(accounts.see_created, accounts.send_created),
    ("account", "reactivate"): Step(accounts.see_values, accounts.send_active),
    ("account", "update"): Step(accounts.see_values, accounts.send_values),
    ("profile", "update"): Step(accounts.see_values, accounts.send_values),
    ("branch", "update"): Step(accounts.see_branch, accounts.send_branch),
    ("manager", "set_manager"): Step(accounts.see_manager, accounts.send_manager),
    ("groups", "set_groups"): Step(accounts.see_groups, accounts.send_groups),
    ("completion", "enrol"): Step(training.see_completions, training.send_completions),
    ("account", "deactivate"): Step(accounts.see_values, accounts.send_active),
    ("account", "merge"): Step(training.see_merged, training.send_merged),
    ("training_record", "add_training_record"): Step(training.see_training, training.send_training, False),
    ("skill", "add_skill"): Step(training.see_skills, training.send_skills, False),
}
"""By entity and operation; first accounts, then what needs them, last what ends them, then the HR system."""


def by_step(deltas: Sequence[Delta]) -> list[tuple[Step, str, list[Delta]]]:
    """Deltas by step in the order of the steps, with the step's name; unknown kinds are left out."""
    found: dict[tuple[str, str], list[Delta]] = defaultdict(list)
    for delta in deltas:
        found[delta.entity, delta.operation].append(delta)
    return [
        (step, f"{kind[1]} {kind[0]}", sorted(found[kind], key=accounts.wish_order))
        for kind, step in STEPS.items()
        if kind in found
    ]
