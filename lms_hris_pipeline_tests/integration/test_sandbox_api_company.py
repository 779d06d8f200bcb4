"""The vendors over a generated company: advancing and resetting it while they serve."""

from __future__ import annotations

from pathlib import Path

import httpx

from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline.sandbox.api.options import SandboxOptions
from lms_hris_pipeline.sandbox.api.server import SandboxServer
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox

WORKERS = 60


def test_a_generated_company_is_served_advanced_and_reset(tmp_path: Path) -> None:
    company.generate(tmp_path, workers=WORKERS, seed=5, faults=company.FaultRates.default())
    with SandboxServer(tmp_path, SandboxOptions()) as server, httpx.Client(timeout=60) as http:
        sandbox = Sandbox(server, http, tmp_path)
        first_day = sandbox.control("GET", "/status")["company_date"]
        users = sandbox.every("/manage/v1/user")
        enrolments = sandbox.every("/learn/v1/enrollments")
        assert users
        assert enrolments
        assert {row["user_id"] for row in enrolments} <= {user["user_id"] for user in users}
        found = {
            row["Worker_WID"]
            for location in sandbox.report("INT_LMS_Locations")
            for row in sandbox.report("INT_LMS_Workers", Location=location["Location_ID"])
        }
        total = sandbox.rest("/workers", includeTerminatedWorkers="true", limit=1)["total"]
        assert len(found) == total, "every worker stands under some location"
        count = sandbox.report("INT_LMS_Learning_Record_Count")[0]["Record_Count"]
        assert len(sandbox.report("INT_LMS_Learning_Records")) == int(count)

        victim = users[0]["user_id"]
        sandbox.data("PUT", "/manage/v1/user/change_status", json={"status": "0", "user_ids": [int(victim)]})
        assert sandbox.control("POST", "/advance", {"days": 1})["company_date"] > first_day
        sandbox.forget_tokens()
        assert sandbox.every("/manage/v1/user")

        assert sandbox.control("POST", "/reset")["company_date"] == first_day
        sandbox.forget_tokens()
        assert sandbox.every("/manage/v1/user") == users
        assert sandbox.every("/learn/v1/enrollments") == enrolments
