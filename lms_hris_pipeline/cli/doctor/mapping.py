"""Whether the field mapping and the role rules fit what the vendors hold. Pure: what was read comes as arguments."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence

from lms_hris_pipeline.cli.doctor.finding import Finding, failed, info, ok, warning
from lms_hris_pipeline.connectors.protocols import EntityContract, Json
from lms_hris_pipeline.settings import PolicySettings, ScopeSettings, SkillSettings

JOBS = "Jobs_group"
READ_BY_NAME = frozenset(
    {
        "Worker_WID",
        JOBS,
        "Leaves_group",
        "Skills_group",
        "Name_History_group",
        "Email_History_group",
        "Employee_ID_History_group",
    }
)
"""Columns of the worker report that the pipeline reads under this very name."""

JOB_ATTRIBUTES = frozenset(
    [
        "assignment_id",
        "position",
        "job_profile",
        "business_title",
        "organization",
        "cost_center",
        "company",
        "location",
        "manager",
        "fte",
        "is_primary",
        "is_host",
        "start_date",
        "end_date",
        "recorded_moment",
    ]
)
"""Attributes of `[hris.fields]` that are columns of `Jobs_group`."""

NAMES_SHOWN = 8
LIKENESS = 0.7


def judge_worker_fields(
    fields: Mapping[str, str], contract: EntityContract, records: Sequence[Json]
) -> Iterator[Finding]:
    """Hold `[hris.fields]` against the first records of the worker report.

    A column without which no record is taken is an error where it is absent. Others are left out of rows where they
    are empty, so their absence in all of them only makes suspicious.
    """
    subject = "HRIS fields"
    if not records:
        yield failed(subject, "the worker report holds no records", "Check the integration user's rights.")
        return
    above = {name for record in records for name in record}
    below = {name for record in records for job in record.get(JOBS) or () for name in job}
    wanted = contract.required | contract.nested[JOBS]
    unmapped = (above | below) - set(fields.values()) - READ_BY_NAME
    absent = {
        name: column for name, column in fields.items() if column not in (below if name in JOB_ATTRIBUTES else above)
    }
    broken = {name: column for name, column in absent.items() if column in wanted}
    for name, column in sorted(broken.items()):
        near = difflib.get_close_matches(column, unmapped, 1, LIKENESS)
        hint = f"; the report has {near[0]!r}, which is not mapped" if near else ""
        yield failed(
            subject,
            f"the report has no column {column!r}, which hris.fields.{name} names{hint}",
            f"Set hris.fields.{name}, or have the report's owner restore the column.",
        )
    doubtful = {name: column for name, column in absent.items() if name not in broken}
    suspects = {
        name: near[0]
        for name, column in doubtful.items()
        if (near := difflib.get_close_matches(column, unmapped, 1, LIKENESS))
    }
    for name, near_column in sorted(suspects.items()):
        yield warning(
            subject,
            f"no record has {doubtful[name]!r}, but {near_column!r} is there and not mapped",
            f"If that is it, set hris.fields.{name} = {near_column!r}.",
        )
    if not broken:
        yield ok(subject, f"{len(fields) - len(absent)} of {len(fields)} columns found in {len(records)} records")
    quiet = sorted(column for name, column in doubtful.items() if name not in suspects)
    if quiet:
        yield info(subject, f"empty in the first {len(records)} records: {_listed(quiet)}")
    if unmapped:
        yield info(subject, f"in the report and not mapped: {_listed(sorted(unmapped))}")


def judge_learner_fields(fields: Mapping[str, str], definitions: Sequence[Json]) -> Iterator[Finding]:
    """Hold `[lms.fields]` against the definitions of the custom account fields."""
    subject = "LMS fields"
    titles = {f"field_{one.get('id_field')}": str(one.get("title") or "") for one in definitions}
    broken = {name: column for name, column in fields.items() if column not in titles}
    shown = [f"{column} {title!r}" for column, title in sorted(titles.items()) if column not in fields.values()]
    for name, column in sorted(broken.items()):
        free = f"; not mapped are {_listed(shown)}" if shown else ""
        yield failed(
            subject,
            f"there is no custom field {column}, which lms.fields.{name} names{free}",
            f"Set lms.fields.{name}, or have the platform's administrator add the field.",
        )
    if not broken:
        pairs = (f"{name} {titles[column]!r}" for name, column in fields.items())
        yield ok(subject, _listed(list(pairs)))
    if shown and not broken:
        yield info(subject, f"on the platform and not mapped: {_listed(shown)}")


def judge_role_rules(
    scope: ScopeSettings, groups: Sequence[Json], values: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """Hold `[[scope.roles]]` against the platform's groups.

    Args:
        values: by source of a rule, what the HR system knows of it: job families, profiles, departments, locations.
    """
    subject, rules = "role rules", scope.roles
    if not rules:
        yield info(subject, "none in the settings: only mappings that people approved give groups")
        return
    kinds = {str(group.get("name")): str(group.get("type", "")).lower() for group in groups}
    faults = 0
    for rule in rules:
        named = values.get(rule.source, ()) if rule.value == "*" else (rule.value,)
        wanted = sorted({rule.group_for(value) for value in named})
        found = [name for name in wanted if name in kinds]
        automatic = [name for name in found if kinds[name] == "automatic"]
        missing = [name for name in wanted if name not in kinds]
        privileged = [name for name in found if name not in automatic and scope.is_privileged(name)]
        shown = f"{rule.source} = {rule.value!r} -> {rule.group!r}"
        if automatic:
            faults += 1
            yield failed(
                subject,
                f"{shown}: {_listed(automatic)} fill themselves from a field and are never written",
                "Leave the rule out: the field that drives such a group is kept right anyway.",
            )
        if privileged:
            faults += 1
            yield failed(
                subject,
                f"{shown}: {_listed(privileged)} are privileged by scope.privileged_groups and never given by rule",
                "Give such groups by hand; mend the pattern if the group bestows no rights.",
            )
        if missing and (rule.value != "*" or not found):
            faults += 1
            yield failed(subject, f"{shown}: there is no group {_listed(missing)}", "Make the group, or mend the rule.")
        elif missing:
            yield warning(
                subject,
                f"{shown}: {len(missing)} of {len(wanted)} values have no group: {_listed(missing)}",
                "Make the groups where people of these are to have one.",
            )
    if not faults:
        yield ok(subject, f"rules: {len(rules)}; groups on the platform: {len(kinds)}")


def judge_job_rules(rules: SkillSettings, profiles: Collection[str], skills: Collection[str]) -> Iterator[Finding]:
    """Hold `[[skills.expected]]` and `[[skills.next_jobs]]` against the job profiles and skills of the HR system."""
    subject = "job rules"
    named = {job for rule in rules.next_jobs for job in (rule.job_profile, rule.next_job_profile)}
    named |= {rule.job_profile for rule in rules.expected}
    faults = [
        *(f"there is no job profile {job}" for job in sorted(named - set(profiles))),
        *(f"there is no skill {skill}" for skill in sorted({rule.skill for rule in rules.expected} - set(skills))),
    ]
    for fault in faults:
        yield failed(subject, f"{fault} in the HR system: nothing follows from its rules", "Mend or drop the rule.")
    calling = {rule.job_profile for rule in rules.expected}
    for job in sorted({rule.next_job_profile for rule in rules.next_jobs} - calling):
        yield warning(
            subject, f"{job} calls for no skill: it is recommended to nobody", "Add [[skills.expected]] for it."
        )
    if not faults:
        yield ok(subject, f"{len(rules.expected)} expected skills, {len(rules.next_jobs)} next jobs")


def judge_pilot(policy: PolicySettings, departments: Collection[str], locations: Collection[str]) -> Iterator[Finding]:
    """Hold the pilot's departments and locations against the codes of the HR system."""
    subject = "pilot"
    unknown = [
        *(f"department {code}" for code in sorted(set(policy.pilot_departments) - set(departments))),
        *(f"location {code}" for code in sorted(set(policy.pilot_locations) - set(locations))),
    ]
    for name in unknown:
        yield failed(
            subject, f"there is no {name} in the HR system: nobody is in the pilot by it", "Mend it under [policy]."
        )
    if not unknown:
        yield ok(
            subject,
            f"phases are for {len(policy.pilot_departments)} departments with all below, "
            f"and {len(policy.pilot_locations)} locations; everybody else is in shadow",
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more
