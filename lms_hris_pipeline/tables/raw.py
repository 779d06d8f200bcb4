"""What the raw tables hold: each vendor record as it came. No SQL, no logic.

The vendor's fields are not columns here: they are checked against the connector's contract when a page is read.
"""

from __future__ import annotations

from lms_hris_pipeline.tables.contract import Column, Pii, Table

HRIS_ENTITIES: dict[str, tuple[str, str]] = {
    "workers": ("people", "Worker records, terminated, future-dated and contingent ones included."),
    "job_profiles": ("org", "Job profiles."),
    "supervisory_organizations": ("org", "Supervisory organisations."),
    "locations": ("org", "Work locations with their time zones."),
    "cost_centers": ("costs", "Cost centres."),
    "companies": ("costs", "Companies (legal entities)."),
    "requisitions": ("org", "The hiring plan: open job requisitions."),
    "skills": ("skills", "The firm's skill framework with its aliases."),
    "learning_records": ("training", "Completions that the HR system holds."),
    "requirements": ("training", "Training requirements."),
    "invoices": ("costs", "Lines of training suppliers' invoices."),
    "licence_contracts": ("costs", "Licence contracts with training suppliers."),
}
LMS_ENTITIES: dict[str, tuple[str, str]] = {
    "users": ("people", "Accounts."),
    "user_fields": ("people", "Definitions of the custom account fields."),
    "branches": ("org", "Branches of the organisation chart."),
    "groups": ("org", "Groups, manual and automatic."),
    "group_members": ("org", "Memberships of groups."),
    "courses": ("training", "Courses and their revisions."),
    "enrolments": ("training", "Enrolments platform-wide, completions included."),
    "certifications": ("training", "Certifications."),
    "certificates": ("training", "Certifications issued to accounts."),
    "skills": ("skills", "Skill tags."),
    "course_skills": ("skills", "Skill tags of courses."),
}


def _raw(schema: str, system: str, name: str, domain: str, about: str) -> Table:
    return Table(
        schema=schema,
        name=name,
        about=f"{about} As the {system} sent them.",
        grain="one record of the vendor's answer",
        key=("record_no",),
        owner="team:integration",
        domain=domain,
        columns=(
            Column("record_no", "BIGINT", "Place of the record in the extract: rises in the order in which records landed, with gaps.", volatile=True),
            Column("page_no", "INTEGER", "Page of the extract the record came on, from 1.", volatile=True),
            Column("fetched_at", "TIMESTAMP", "When the page was fetched.", unit="UTC", volatile=True),
            Column("record", "JSON", "The record, untouched.", pii=Pii.SENSITIVE),
        ),
    )


def _extracts(schema: str, system: str) -> Table:
    return Table(
        schema=schema,
        name="extracts",
        about=f"How complete each extract from the {system} is. Nothing is inferred from absence in an incomplete one.",
        grain="one entity of the extract",
        key=("entity",),
        owner="team:integration",
        domain="sync",
        may_be_empty=False,
        columns=(
            Column("entity", "VARCHAR", "Name of the entity, as in the raw tables."),
            Column("is_complete", "BOOLEAN", "Whether every page arrived and the totals agree."),
            Column("row_count", "BIGINT", "Records received.", unit="records"),
            Column("expected_count", "BIGINT", "Records the vendor says there are.", null=True, unit="records"),
            Column("page_count", "INTEGER", "Pages received.", unit="pages", volatile=True),
            Column("reason", "VARCHAR", "Why the extract is incomplete.", null=True),
        ),
    )


RAW_HRIS: dict[str, Table] = {
    name: _raw("raw_hris", "HR system", name, domain, about) for name, (domain, about) in HRIS_ENTITIES.items()
}
RAW_LMS: dict[str, Table] = {
    name: _raw("raw_lms", "learning system", name, domain, about) for name, (domain, about) in LMS_ENTITIES.items()
}
HRIS_EXTRACTS = _extracts("raw_hris", "HR system")
LMS_EXTRACTS = _extracts("raw_lms", "learning system")

TABLES: tuple[Table, ...] = (*RAW_HRIS.values(), HRIS_EXTRACTS, *RAW_LMS.values(), LMS_EXTRACTS)
