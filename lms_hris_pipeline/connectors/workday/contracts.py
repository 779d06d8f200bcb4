"""What each Workday entity must look like, and where it is read. Facts only.

Columns that the firm maps to other aliases (`[hris.fields]`) are renamed here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms_hris_pipeline.connectors.protocols import EntityContract
from lms_hris_pipeline.settings import WorkerFields


@dataclass(frozen=True, slots=True)
class RestList:
    """A REST collection: its name below the service, and its fixed parameters."""

    collection: str
    params: tuple[tuple[str, str], ...]


PROFILE_CODE = "code"
"""Field of a job profile or organisation that reports use as its id [M]."""

REST: dict[str, RestList] = {
    "job_profiles": RestList("jobProfiles", (("includeInactive", "true"),)),
    "supervisory_organizations": RestList("supervisoryOrganizations", (("includeInactive", "true"),)),
}
REPORTS: dict[str, str] = {
    "locations": "INT_LMS_Locations",
    "workers": "INT_LMS_Workers",
    "cost_centers": "INT_LMS_Cost_Centers",
    "companies": "INT_LMS_Companies",
    "requisitions": "INT_LMS_Requisitions",
    "skills": "INT_LMS_Skills",
    "learning_records": "INT_LMS_Learning_Records",
    "requirements": "INT_LMS_Training_Requirements",
    "invoices": "INT_LMS_Supplier_Invoices",
    "licence_contracts": "INT_LMS_Licence_Contracts",
}
ENTITIES = (
    "locations",
    "workers",
    "job_profiles",
    "supervisory_organizations",
    "cost_centers",
    "companies",
    "requisitions",
    "skills",
    "learning_records",
    "requirements",
    "invoices",
    "licence_contracts",
)

_FIXED: dict[str, tuple[str, str]] = {
    "locations": ("Location_ID", "Location_ID Time_Zone Is_Inactive"),
    "job_profiles": ("id", f"id {PROFILE_CODE} jobFamilies inactive"),
    "supervisory_organizations": ("id", f"id {PROFILE_CODE} inactive"),
    "cost_centers": ("Cost_Center_ID", "Cost_Center_ID Cost_Center_Name Company_ID Valid_From"),
    "companies": ("Company_ID", "Company_ID Company_Name Currency"),
    "requisitions": (
        "Job_Requisition_ID",
        "Job_Requisition_ID Position_ID Job_Profile_ID Supervisory_Organization_ID Location_ID Target_Hire_Date"
        " Openings Status",
    ),
    "skills": ("Skill_ID", "Skill_ID Skill_Name Skill_Category"),
    "learning_records": (
        "Learning_Record_ID",
        "Learning_Record_ID Worker_WID Learning_Content_ID Completion_Date Recorded_Moment Source Rescinded",
    ),
    "requirements": (
        "Requirement_ID Version",
        "Requirement_ID Version Requirement_Name Course_Code Due_Days Valid_From",
    ),
    "invoices": (
        "Invoice_ID Line_No",
        "Invoice_ID Line_No Supplier Invoice_Date Service_From Service_To Charge_Type Quantity Net_Amount Tax_Amount"
        " Currency GL_Account",
    ),
    "licence_contracts": (
        "Contract_ID",
        "Contract_ID Supplier Licence_Type Seats Unit_Price Currency Valid_From Valid_To Allocation",
    ),
}
"""Key and required fields; the others are left out of rows where they are empty."""

WORKER_KEY = "Worker_WID"
JOBS = "Jobs_group"
_WORKER_ATTRIBUTES = ("employee_id", "worker_type", "legal_first_name", "legal_last_name", "hire_date", "rescinded")
_JOB_ATTRIBUTES = (
    "assignment_id",
    "position",
    "job_profile",
    "organization",
    "location",
    "is_primary",
    "start_date",
    "recorded_moment",
)


def entity_contracts(fields: WorkerFields) -> Mapping[str, EntityContract]:
    """The contract of every entity under the firm's field mapping."""
    aliases = fields.model_dump()
    contracts = {
        entity: EntityContract(tuple(key.split()), frozenset(required.split()), {})
        for entity, (key, required) in _FIXED.items()
    }
    contracts["workers"] = EntityContract(
        key=(WORKER_KEY,),
        required=frozenset({WORKER_KEY, JOBS, *(aliases[name] for name in _WORKER_ATTRIBUTES)}),
        nested={JOBS: frozenset(aliases[name] for name in _JOB_ATTRIBUTES)},
        repeats=True,
    )
    return contracts
