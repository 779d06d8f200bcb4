"""Who is who, who gets an account, and which groups follow from a job."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import Field, model_validator

from lms_hris_pipeline.settings.section import Section

PRIVILEGED_GROUPS = (
    "*manager*",
    "*instructor*",
    "*trainer*",
    "*administrator*",
    "*admins*",
    "*power user*",
    "*superadmin*",
)
RoleSource = Literal["job_family", "job_profile", "department", "location"]


class RoleRule(Section):
    """One line of the role-mapping table: people whose `source` is `value` belong to `group`.

    `value = "*"` stands for every value; `{value}` in `group` is replaced by it.
    """

    source: RoleSource
    """What it goes by."""
    value: str
    """Its value; `*` stands for every one."""
    group: str
    """Name of the group; `{value}` in it is replaced."""

    def group_for(self, value: str) -> str:
        """The group's name for people whose source is `value`."""
        return self.group.replace("{value}", value)


class ScopeSettings(Section):
    """Who gets an account, under which user name, in which groups."""

    prehire_days: int = Field(default=14, ge=0, le=365)
    """An account may exist so many days before the first day of work."""
    include_contingent: bool = True
    """Whether contingent workers get accounts."""
    assignment_side: Literal["home", "host"] = "home"
    """Of an international assignment: whose place, law and cost centre count while it lasts."""
    username_rule: Literal["email", "employee_number"] = "email"
    """What a user name is made of."""
    erase_when_empty: bool = False
    """Whether a value that HR leaves empty is erased in the learning system; else it stays."""
    roles: tuple[RoleRule, ...] = ()
    """Which groups people belong to, one line a rule."""
    privileged_groups: tuple[str, ...] = PRIVILEGED_GROUPS
    """Groups that may bestow rights (`*` and `?` as in file names, any case): never proposed, never in force."""
    roles_propose_at: float = Field(default=0.75, gt=0.5, lt=1.0)
    """A mapping seen in memberships is proposed from this confidence on."""
    roles_review_days: int = Field(default=92, ge=1)
    """Days after the last review of all mappings at which the next is due."""

    @model_validator(mode="after")
    def _names_no_privileged_group(self) -> Self:
        named = sorted({rule.group_for(rule.value) for rule in self.roles if rule.value != "*"})
        if refused := [name for name in named if self.is_privileged(name)]:
            raise ValueError(
                f"roles names {', '.join(map(repr, refused))}, privileged by scope.privileged_groups: such groups are given "
                "by hand alone; remove the rule, or the pattern if the group bestows no rights"
            )
        return self

    def is_privileged(self, group: str) -> bool:
        """Whether membership of a group of this name may bestow rights, so that only people give it."""
        return any(fnmatchcase(group.casefold(), pattern.casefold()) for pattern in self.privileged_groups)


class ReactionSettings(Section):
    """What is proposed where somebody is in a situation; to report is to say it as an exception and propose nothing."""

    missing: Literal["create", "report"] = "create"
    """A worker in scope without an account."""
    orphan: Literal["deactivate", "report"] = "deactivate"
    """An active account of kind employee to which no worker belongs."""
    duplicate: Literal["merge", "report"] = "merge"
    """A second account of a linked worker."""


class MatchSettings(Section):
    """Thresholds of people matching, as probabilities and their distance."""

    link_at: float = Field(default=0.95, gt=0.5, le=1.0)
    """Linked without a person from this probability on."""
    review_at: float = Field(default=0.30, gt=0.0, lt=1.0)
    """Shown to a person from this probability on."""
    margin: float = Field(default=0.25, ge=0.0, le=1.0)
    """How far the runner-up must be behind for a link."""
