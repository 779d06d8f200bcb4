"""What the firm calls its jobs: names of profiles, and the titles that stand with one of them alone."""

from __future__ import annotations

from lms_hris_pipeline.match.job_profiles import read_job_profiles
from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline_tests.support.reconcile import write_rows
from lms_hris_pipeline_tests.support.stage import ORGANISATION, build_all, job, load_raw, open_batch, worker

JOBS = [
    ("JP-1", "Analyst"),
    ("JP-1", " Number Cruncher "),
    ("JP-1", "Number Cruncher"),
    ("JP-1", "Team Lead"),
    ("JP-2", "Team Lead"),
    ("JP-2", "***"),
    ("JP-2", ""),
    ("JP-gone", "Lamplighter"),
]


def test_a_title_of_one_profile_alone_is_another_name_of_it() -> None:
    batch = open_batch()
    workers = [
        worker(n, [job(n, Job_Profile_ID=profile, Business_Title=title)]) for n, (profile, title) in enumerate(JOBS, 1)
    ]
    load_raw(batch, {**ORGANISATION, "workers": workers})
    build_all(batch)
    names = {"JP-1": "Analyst", "JP-2": "Builder"}
    profiles = [{"job_profile_id": name, "name": label, "job_family": None, "management_level": None, "is_inactive": False} for name, label in names.items()]  # fmt: skip
    write_rows(batch, canonical.JOB_PROFILES, profiles)
    assert [(one.skill_id, one.is_label, one.text) for one in read_job_profiles(batch)] == [
        ("JP-1", True, "Analyst"),
        ("JP-1", False, "Number Cruncher"),
        ("JP-2", True, "Builder"),
    ]
