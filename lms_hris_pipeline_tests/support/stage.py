"""Makes small worlds for the stage rooms: vendor records as they come, and batches built from them.

Vendor records follow the shapes the vendors send; what is not given is left out, as the vendors do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from lms_hris_pipeline.resources.parameters import query_params, settings_views
from lms_hris_pipeline.settings import RoleRule, Settings
from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.tables.contract import Table
from lms_hris_pipeline.tables.raw import HRIS_EXTRACTS, LMS_EXTRACTS, RAW_HRIS, RAW_LMS
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline.warehouse.queries import read_query

EMPLOYMENT_TABLES = (
    canonical.LOCATIONS,
    canonical.WORKER_RECORDS,
    canonical.WORKERS,
    canonical.ASSIGNMENTS,
    canonical.LEAVES,
    canonical.EMPLOYMENTS,
)
"""What employments are built from, and they."""
Record = dict[str, Any]
AS_OF = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
FETCHED = datetime(2026, 11, 2, 21, 30)  # noqa: DTZ001 - a DuckDB timestamp is naive UTC
JOB_FAMILY_RULE = RoleRule(source="job_family", value="*", group="JF: {value}")


def sandbox_settings(**sections: Mapping[str, object]) -> Settings:
    """Settings of a firm in Berlin that keeps a group for each job family; `sections` overrule."""
    values: dict[str, Any] = {
        "firm": {"name": "Lumen", "time_zone": "Europe/Berlin"},
        "scope": {"roles": (JOB_FAMILY_RULE,)},
    }
    for name, section in sections.items():
        values[name] = {**values.get(name, {}), **section}
    return Settings(**values)


def open_batch(settings: Settings | None = None, as_of: datetime = AS_OF) -> Batch:
    """An empty batch in memory that knows what the settings hold."""
    chosen = settings or sandbox_settings()
    batch = Batch.in_memory(as_of=as_of, params=query_params(chosen))
    for name, rows in settings_views(chosen).items():
        batch.register(name, rows)
    return batch


def raw_rows(records: Iterable[Record | str]) -> pa.Table:
    """Records as a raw table holds them; a string is a record as the vendor wrote it."""
    texts = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    count = len(texts)
    return pa.table(
        {
            "record_no": pa.array(range(1, count + 1), pa.int64()),
            "page_no": pa.array([1] * count, pa.int32()),
            "fetched_at": pa.array([FETCHED] * count, pa.timestamp("us")),
            "record": pa.array(texts, pa.string()),
        }
    )


def load_raw(
    batch: Batch,
    hris: Mapping[str, Iterable[Record | str]] | None = None,
    lms: Mapping[str, Iterable[Record | str]] | None = None,
    incomplete: Iterable[str] = (),
) -> None:
    """Fill every raw table; those not given are empty and complete. `incomplete` names `hris.workers` and the like."""
    cut = set(incomplete)
    for system, tables, given, extracts in (
        ("hris", RAW_HRIS, hris or {}, HRIS_EXTRACTS),
        ("lms", RAW_LMS, lms or {}, LMS_EXTRACTS),
    ):
        for name, table in tables.items():
            batch.write(table, raw_rows(given.get(name, ())))
        names = list(tables)
        batch.write(
            extracts,
            pa.table(
                {
                    "entity": pa.array(names, pa.string()),
                    "is_complete": pa.array([f"{system}.{name}" not in cut for name in names], pa.bool_()),
                    "row_count": pa.array([0] * len(names), pa.int64()),
                    "expected_count": pa.array([None] * len(names), pa.int64()),
                    "page_count": pa.array([1] * len(names), pa.int32()),
                    "reason": pa.array([None] * len(names), pa.string()),
                }
            ),
        )


def build_all(batch: Batch, tables: Iterable[Table] = canonical.TABLES) -> None:
    """Build `tables`, in the order given, each from its SQL file."""
    for table in tables:
        batch.build(table, read_query(table))


def rows_of(batch: Batch, table: Table) -> list[Record]:
    """The rows of `table` in the order of its key."""
    rows: list[Record] = batch.read(table).to_pylist()
    return rows


def wid(number: int) -> str:
    """The 32 hex digits of made-up worker `number`."""
    return f"{number:032x}"


def job(number: int = 1, **changes: Any) -> Record:
    """A spell of a job as the worker report holds it; a change to None leaves the column out."""
    record: Record = {
        "Assignment_ID": f"ASG-{number:04d}",
        "Position_ID": f"POS-{number:04d}",
        "Job_Profile_ID": "JP-1",
        "Business_Title": "Analyst",
        "Supervisory_Organization_ID": "SUP-1",
        "Cost_Center_ID": "CC-1",
        "Company_ID": "CO-1",
        "Location_ID": "LOC-BER",
        "FTE": "1.0000",
        "Is_Primary": "1",
        "Start_Date": "2024-01-01",
        "Recorded_Moment": "2023-12-01T08:00:00.000-08:00",
        **changes,
    }
    return {name: value for name, value in record.items() if value is not None}


def worker(number: int, jobs: list[Record] | None = None, **changes: Any) -> Record:
    """A worker as the worker report holds it; a change to None leaves the column out."""
    record: Record = {
        "Worker_WID": wid(number),
        "Employee_ID": f"{number:06d}",
        "Worker_Type": "Employee",
        "Legal_First_Name": f"First{number}",
        "Legal_Last_Name": f"Last{number}",
        "Email_Work": f"person{number}@lumen.example",
        "Worker_Status": "Active",
        "Hire_Date": "2024-01-01",
        "Original_Hire_Date": "2024-01-01",
        "Hire_Rescinded": "0",
        "Country": "DE",
        "Jobs_group": [job(number)] if jobs is None else jobs,
        **changes,
    }
    return {name: value for name, value in record.items() if value is not None}


def user(number: int, **changes: Any) -> Record:
    """The account of made-up worker `number`, in agreement with `worker(number)`."""
    return {
        "user_id": str(10_000 + number),
        "username": f"person{number}@lumen.example",
        "first_name": f"First{number}",
        "last_name": f"Last{number}",
        "email": f"person{number}@lumen.example",
        "status": "1",
        "level": "user",
        "creation_date": "2024-01-01 08:00:00",
        "last_update": "2026-01-01 08:00:00",
        "last_access_date": "0000-00-00 00:00:00",
        "expiration_date": "0000-00-00 00:00:00",
        "branches": [{"id": "1", "code": "SUP-1"}],
        "manager_id": None,
        "field_1": f"{number:06d}",
        "field_2": "JP-1",
        "field_3": "SUP-1",
        "field_4": "CC-1",
        "field_5": "LOC-BER",
        "field_6": "2024-01-01",
        "field_7": "Employee",
        "field_8": None,
        **changes,
    }


def course(number: int, **changes: Any) -> Record:
    """A published course."""
    return {"id": str(number), "code": f"C-{number}", "name": f"Course {number}", "status": "published", **changes}


def enrolment(number: int, user_number: int, course_number: int, completed: str | None, **changes: Any) -> Record:
    """An enrolment, completed on `completed` or open where that is None."""
    return {
        "id": str(number),
        "user_id": str(10_000 + user_number),
        "course_id": str(course_number),
        "course_code": f"C-{course_number}",
        "status": "completed" if completed else "in_progress",
        "enrollment_date": "2026-01-05 09:00:00",
        "completion_date": f"{completed} 10:00:00" if completed else "0000-00-00 00:00:00",
        "score": None,
        "last_update": "2026-02-01 08:00:00",
        "owner": "admin",
        "archived": False,
        **changes,
    }


def learning_record(number: int, worker_number: int, course_number: int, completed: str, **changes: Any) -> Record:
    """A learning record of the HR system."""
    record: Record = {
        "Learning_Record_ID": f"LR-{number}",
        "Worker_WID": wid(worker_number),
        "Learning_Content_ID": f"C-{course_number}",
        "Completion_Date": completed,
        "Recorded_Moment": "2026-02-01T08:00:00.000-08:00",
        "Source": "Workday",
        "Rescinded": "0",
        **changes,
    }
    return {name: value for name, value in record.items() if value is not None}


ORGANISATION: dict[str, list[Record | str]] = {
    "locations": [
        {"Location_ID": "LOC-BER", "Location_Name": "Berlin", "Country": "DE", "Time_Zone": "Europe/Berlin"},
        {"Location_ID": "LOC-MEL", "Location_Name": "Melbourne", "Country": "AU", "Time_Zone": "Australia/Melbourne"},
        {"Location_ID": "LOC-HNL", "Location_Name": "Honolulu", "Country": "US", "Time_Zone": "Pacific/Honolulu"},
        {"Location_ID": "LOC-MARS", "Location_Name": "Base", "Country": "XX", "Time_Zone": "Mars/Olympus"},
    ],
    "cost_centers": [
        {"Cost_Center_ID": "CC-1", "Cost_Center_Name": "One", "Company_ID": "CO-1", "Valid_From": "2020-01-01"},
        {"Cost_Center_ID": "CC-2", "Cost_Center_Name": "Two", "Company_ID": "CO-1", "Valid_From": "2020-01-01"},
    ],
    "companies": [{"Company_ID": "CO-1", "Company_Name": "Lumen", "Currency": "EUR"}],
    "job_profiles": [
        {"id": "a1", "code": "JP-1", "name": "Analyst", "inactive": False, "jobFamilies": [{"descriptor": "Analysis"}]},
        {"id": "a2", "code": "JP-2", "name": "Builder", "inactive": False, "jobFamilies": [{"descriptor": "Building"}]},
    ],
    "supervisory_organizations": [
        {"id": "b1", "code": "SUP-1", "name": "All", "inactive": False},
        {"id": "b2", "code": "SUP-2", "name": "Some", "inactive": False, "superior": {"id": "b1"}},
    ],
}
