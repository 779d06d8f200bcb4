"""The two vendors: where they are, how their fields are mapped, how they are read and how much they allow."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lms_hris_pipeline.settings.section import Section


class WorkerFields(Section):
    """Which column of the worker report holds what: report alias by attribute."""

    employee_id: str = "Employee_ID"
    worker_type: str = "Worker_Type"
    universal_id: str = "Universal_ID"
    legal_first_name: str = "Legal_First_Name"
    legal_last_name: str = "Legal_Last_Name"
    preferred_first_name: str = "Preferred_First_Name"
    preferred_last_name: str = "Preferred_Last_Name"
    email: str = "Email_Work"
    hire_date: str = "Hire_Date"
    original_hire_date: str = "Original_Hire_Date"
    termination_date: str = "Termination_Date"
    rescinded: str = "Hire_Rescinded"
    country: str = "Country"
    assignment_id: str = "Assignment_ID"
    position: str = "Position_ID"
    job_profile: str = "Job_Profile_ID"
    business_title: str = "Business_Title"
    organization: str = "Supervisory_Organization_ID"
    cost_center: str = "Cost_Center_ID"
    company: str = "Company_ID"
    location: str = "Location_ID"
    manager: str = "Manager_WID"
    fte: str = "FTE"
    is_primary: str = "Is_Primary"
    is_host: str = "Is_Host_Assignment"
    start_date: str = "Start_Date"
    end_date: str = "End_Date"
    recorded_moment: str = "Recorded_Moment"


class LearnerFields(Section):
    """Which custom field of an account holds what: `field_N` by attribute. Only `expected_skills` may be left empty."""

    employee_number: str = "field_1"
    job_profile: str = "field_2"
    department: str = "field_3"
    cost_center: str = "field_4"
    location: str = "field_5"
    hire_date: str = "field_6"
    worker_type: str = "field_7"
    account_kind: str = "field_8"
    expected_skills: str = ""

    def mapped(self) -> dict[str, str]:
        """The custom field of each attribute that has one."""
        return {name: field for name, field in self.model_dump().items() if field}

    @field_validator("*")
    @classmethod
    def _names_a_field(cls, value: str, info: ValidationInfo) -> str:
        is_empty = not value and info.field_name == "expected_skills"
        if not is_empty and not (value.startswith("field_") and value[6:].isdigit()):
            raise ValueError(f"{value!r} is no custom field; write for example 'field_4'")
        return value

    @model_validator(mode="after")
    def _holds_one_thing_a_field(self) -> Self:
        # two attributes would overwrite each other every night
        held: dict[str, list[str]] = {}
        for name, field in self.mapped().items():
            held.setdefault(field, []).append(name)
        twice = [f"{field} is mapped as {' and as '.join(names)}" for field, names in held.items() if len(names) > 1]
        if twice:
            raise ValueError("; ".join(twice))
        return self


class HrisSettings(Section):
    """The HR system and how to read it."""

    vendor: Literal["workday"] = "workday"
    """The HR system."""
    base_url: str = ""
    """Address of the tenant; https, or plain http on loopback."""
    tenant: str = ""
    """The tenant's name in its addresses."""
    report_owner: str = "INT_LMS"
    """Account that owns the reports (RaaS)."""
    fingerprint: str = ""
    """What the tenant must call itself; another one is refused. Empty leaves it unchecked."""
    fields: WorkerFields = WorkerFields()


class LmsSettings(Section):
    """The learning system and how to read it."""

    vendor: Literal["docebo"] = "docebo"
    """The learning system."""
    base_url: str = ""
    """Address of the platform; https, or plain http on loopback."""
    fingerprint: str = ""
    """What the platform must call itself; another one is refused. Empty leaves it unchecked."""
    fields: LearnerFields = LearnerFields()
    course_level: str = "difficulty"
    """Field of a course that says how hard it is."""
    full_enrolments_every_days: int = Field(default=7, ge=1)
    """Days between two nights that read all enrolments; between them changes alone are read."""
    overlap_minutes: int = Field(default=180, ge=0)
    """How far changes are read behind the last one seen, for clocks and transactions that lag."""


class QuotaSettings(Section):
    """Calls an hour the vendors allow, and how many of them the nightly may use."""

    lms_calls_per_hour: int = Field(default=1000, ge=1)
    """What the learning system allows."""
    hris_calls_per_hour: int = Field(default=10000, ge=1)
    """What the HR system is asked at most."""
    enforce: bool = True
    """Whether a night stops at the limit and goes on later."""
    reserve_share: float = Field(default=0.1, ge=0, lt=1)
    """Share of the calls that reading leaves for writing."""


class ExtractSettings(Section):
    """How much to fetch at once and what a believable extract looks like."""

    threads: int = Field(default=4, ge=1, le=16)
    """Requests at a time."""
    min_share_of_last: float = Field(default=0.8, ge=0, le=1)
    """An extract with fewer records than this share of the last whole one stops the night."""
    timeout_seconds: float = Field(default=60, gt=0)
    """How long an answer may take."""
    max_attempts: int = Field(default=5, ge=1, le=10)
    """Attempts a call, where failing may pass."""
