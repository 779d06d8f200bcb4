"""`lms-hris doctor` over the hand-made company: sound, then with each thing broken in turn."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.cli.doctor import house, runs
from lms_hris_pipeline.cli.doctor import vendors as vendors_room
from lms_hris_pipeline.cli.doctor.finding import Finding, Status, tried
from lms_hris_pipeline.cli.sandbox import variables
from lms_hris_pipeline.ledger import RoleDecision
from lms_hris_pipeline.match import embedding
from lms_hris_pipeline.settings import Secrets, load_settings
from lms_hris_pipeline.tables import contracts_digest
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.ledger import NOW, policy, wish
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox, sandbox_in

__all__ = ["home"]
TENANTS: dict[str, dict[str, object]] = {
    "hris": {"tenant": "lumen_sandbox", "fingerprint": "lumen-sandbox-hris"},
    "lms": {"fingerprint": "lumen-sandbox-lms"},
}
FINANCE = {"source": "job_family", "value": "Finance", "group": "JF: Finance"}


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as sandbox:
        yield sandbox


@pytest.fixture
def sound(home: Home, vendors: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation in which nothing is wrong."""
    for name, value in variables(vendors.server).items():
        monkeypatch.setenv(name, value)
    arrange(home)
    return home


def arrange(home: Home, *, roles: list[dict[str, str]] | None = None, **sections: dict[str, object]) -> None:
    """Sound settings with `sections` over them."""
    merged = {name: {**TENANTS.get(name, {}), **sections.get(name, {})} for name in {*TENANTS, *sections}}
    home.configure(**merged)
    lines = [
        f"[[scope.roles]]\n{''.join(f'{k} = {json.dumps(v)}{chr(10)}' for k, v in role.items())}"
        for role in roles or []
    ]
    with (home.folder / "lms_hris.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))


def vendor_findings() -> dict[str, list[Finding]]:
    """What the doctor says about the vendors, by subject."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in vendors_room.check_vendors(load_settings(), Secrets()):
        by_subject.setdefault(finding.subject, []).append(finding)
    return by_subject


def found(subject: str) -> list[Finding]:
    """What the doctor says about a subject that concerns a vendor."""
    return vendor_findings().get(subject, [])


def only(subject: str, status: Status) -> Finding:
    """The one finding of a subject that is so."""
    (finding,) = [one for one in found(subject) if one.status is status]
    return finding


def test_nothing_is_wrong_with_a_sound_installation(sound: Home) -> None:
    arrange(sound, roles=[FINANCE])
    ran = sound.lms_hris("doctor")
    assert "failed  " not in ran.out, ran.out
    assert ran.exit_code == 0
    for words in (
        "ok       settings",
        "ok       secrets          all are set",
        "gives a token",
        "'lumen-sandbox-hris', as the settings name it",
        "ok       role rules       rules: 1; groups on the platform: 4",
        "the next extract takes about",
        "will be made by the first night",
        "none yet: the first night makes it",
    ):
        assert words in ran.out, words
    assert ran.out.rstrip().endswith("0 failed")


def test_all_faults_of_the_settings_stand_at_once(home: Home) -> None:
    home.configure(firm={"time_zone": "Mars/Base"}, lms={"overlap_minutes": -1})
    ran = home.lms_hris("doctor")
    assert ran.exit_code == 1
    assert "firm.time_zone" in ran.out
    assert "lms.overlap_minutes" in ran.out
    assert "LMS_HRIS_SECRET_DOCEBO_CLIENT_ID" in ran.out, "what can be checked without settings still is"


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"hris": {"base_url": "", "tenant": ""}}, "hris.tenant is empty"),
        ({"matching": {"review_at": 0.99}}, "matching.review_at is not below"),
        ({"skills": {"review_at": 0.97}}, "skills.review_at is not below"),
        ({"hris.fields": {"company": "Location_ID"}}, "Location_ID is mapped as company and as location"),
    ],
)
def test_settings_that_load_and_cannot_be_meant(
    sound: Home, sections: dict[str, dict[str, object]], words: str
) -> None:
    arrange(sound, **sections)
    findings = list(house.check_settings(load_settings()))
    assert words in findings[0].text
    assert findings[0].status is Status.FAILED


def test_missing_secrets_are_named(sound: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LMS_HRIS_SECRET_WORKDAY_REFRESH_TOKEN")
    (finding,) = house.check_secrets(Secrets())
    assert finding.text == "not set: LMS_HRIS_SECRET_WORKDAY_REFRESH_TOKEN"
    assert finding.mend


def test_a_wrong_secret_is_told_from_an_unreachable_vendor(sound: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_HRIS_SECRET_DOCEBO_CLIENT_SECRET", "wrong")
    monkeypatch.setenv("LMS_HRIS_HRIS__BASE_URL", "http://127.0.0.1:9")
    findings = {subject: told[0] for subject, told in vendor_findings().items()}
    assert "gives no access token" in findings["LMS connection"].text
    assert "ConnectError" in findings["HRIS connection"].text
    assert {findings[name].status for name in ("LMS connection", "HRIS connection")} == {Status.FAILED}
    assert not {"LMS tenant", "HRIS tenant", "HRIS fields", "LMS fields", "quota"} & findings.keys()


def test_an_address_that_is_none_fails_and_the_other_vendor_is_still_checked(
    sound: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMS_HRIS_HRIS__BASE_URL", "http://hr.example")
    findings = {subject: told[0] for subject, told in vendor_findings().items()}
    assert "is no address for a vendor" in findings["HRIS connection"].text
    assert findings["LMS tenant"].status is Status.OK


def test_another_tenant_fails_and_is_not_read(sound: Home) -> None:
    arrange(sound, lms={"fingerprint": "production"})
    findings = {subject: told[0] for subject, told in vendor_findings().items()}
    assert findings["LMS tenant"].status is Status.FAILED
    assert "'lumen-sandbox-lms' answers, the settings name 'production'" in findings["LMS tenant"].text
    assert "LMS fields" not in findings


def test_a_tenant_that_is_not_named_is_shown(sound: Home) -> None:
    arrange(sound, hris={"fingerprint": ""})
    assert "hris.fingerprint = 'lumen-sandbox-hris'" in only("HRIS tenant", Status.WARNING).mend


def test_a_column_that_the_report_lacks_fails_and_the_likeliest_one_is_named(sound: Home) -> None:
    arrange(sound, **{"hris.fields": {"employee_id": "EmployeeID", "start_date": "Start_On"}})
    texts = [finding.text for finding in found("HRIS fields") if finding.status is Status.FAILED]
    assert len(texts) == 2
    assert any("'EmployeeID'" in text and "has 'Employee_ID', which is not mapped" in text for text in texts)
    assert any("'Start_On', which hris.fields.start_date names" in text for text in texts)


def test_columns_that_may_be_empty_only_raise_suspicion(sound: Home) -> None:
    arrange(sound, **{"hris.fields": {"email": "E_Mail_Work"}})
    warning = only("HRIS fields", Status.WARNING)
    assert "no record has 'E_Mail_Work', but 'Email_Work' is there" in warning.text
    notes = [finding.text for finding in found("HRIS fields") if finding.status is Status.INFO]
    assert any("Termination_Date" in text for text in notes), "empty for all of them: worth knowing"
    assert any("not mapped: " in text and "Worker_Status" in text for text in notes)


def test_custom_fields_that_do_not_exist_fail_and_free_ones_are_listed(sound: Home) -> None:
    arrange(sound, **{"lms.fields": {"location": "field_77"}})
    finding = only("LMS fields", Status.FAILED)
    assert "there is no custom field field_77, which lms.fields.location names" in finding.text
    assert "field_5" in finding.text


def test_role_rules_are_held_against_the_groups(sound: Home) -> None:
    told = {
        ("job_family", "*", "JF: {value}"): "",
        ("job_family", "Finance", "JF: Finance"): "",
        ("job_family", "Finance", "Nowhere"): "there is no group Nowhere",
        ("location", "LOC-BER", "LOC: LOC-BER"): "LOC: LOC-BER fill themselves",
        ("location", "*", "LOC: {value}"): "LOC: LOC-BER, LOC: LOC-PAR fill themselves",
        ("department", "*", "DEP: {value}"): "there is no group DEP: SUP-1, DEP: SUP-2, DEP: SUP-3",
        ("job_profile", "*", "{value}"): "and 22 more",
        ("job_profile", "JP-1", "jf: finance"): "there is no group jf: finance",
    }
    arrange(sound, roles=[{"source": source, "value": value, "group": group} for source, value, group in told])
    texts = [finding.text for finding in found("role rules") if finding.status is Status.FAILED]
    wanted = [words for words in told.values() if words]
    assert len(texts) == len(wanted)
    for text, words in zip(texts, wanted, strict=True):
        assert words in text
    arrange(sound, roles=[FINANCE])
    assert [finding.status for finding in found("role rules")] == [Status.OK]


def test_a_rule_that_leads_into_a_privileged_group_is_told_wherever_it_hides(sound: Home) -> None:
    every_family = {"source": "job_family", "value": "*", "group": "JF: {value}"}
    arrange(sound, roles=[every_family], scope={"privileged_groups": ["jf: fin*"]})
    assert "JF: Finance are privileged by scope.privileged_groups" in only("role rules", Status.FAILED).text
    arrange(sound, roles=[FINANCE], scope={"privileged_groups": ["jf: fin*"]})
    ran = sound.lms_hris("doctor")
    assert ran.exit_code == 1
    assert "roles names 'JF: Finance', privileged by scope.privileged_groups" in ran.out


def test_a_review_of_role_mappings_is_asked_for_in_time(home: Home) -> None:
    def told() -> Finding:
        return list(house.check_role_review(load_settings()))[-1]

    home.configure()
    assert told().status is Status.INFO
    seal(home, "2026-11-02-01", NOW)
    assert (told().status, "never reviewed" in told().text) == (Status.WARNING, True)
    reviews = ((timedelta(days=91), Status.OK), (timedelta(days=93), Status.WARNING))
    for ago, status in reviews:
        with home.ledger() as ledger:
            club = RoleDecision("location", "LOC-BER", "7", "Book club", "approved", 9, 9)
            ledger.record_role_review(
                [club],
                after=ledger.last_role_decision(),
                batch_id="2026-11-02-01",
                mappings=1,
                is_whole=True,
                by="ada",
                now=datetime.now(UTC) - ago,
            )
        assert told().status is status
        assert "by ada" in told().text
    home.configure(scope={"privileged_groups": ["book*"]})
    first = next(iter(house.check_role_review(load_settings())))
    assert (first.status, "Book club; these are not given" in first.text) == (Status.FAILED, True)


def test_job_rules_are_held_against_profiles_and_skills(sound: Home) -> None:
    expected = [{"job_profile": "JP-1", "skill": "SK-1", "level": 3}]
    following = [{"job_profile": "JP-2", "next_job_profile": "JP-1"}]
    arrange(sound)
    assert found("job rules") == [], "none, nothing to say"
    with (sound.folder / "lms_hris.toml").open("a", encoding="utf-8") as file:
        file.write(job_rules(expected, following))
    assert only("job rules", Status.OK).text == "1 expected skills, 1 next jobs"
    arrange(sound)
    with (sound.folder / "lms_hris.toml").open("a", encoding="utf-8") as file:
        file.write(job_rules([*expected, {"job_profile": "JP-77", "skill": "SK-77", "level": 1}], [{"job_profile": "JP-1", "next_job_profile": "JP-2"}]))  # fmt: skip
    assert [finding.text.split(" in the HR")[0] for finding in found("job rules")] == [
        "there is no job profile JP-77",
        "there is no skill SK-77",
        "JP-2 calls for no skill: it is recommended to nobody",
    ]


def test_a_pilot_is_held_against_departments_and_locations(sound: Home) -> None:
    arrange(sound)
    assert found("pilot") == [], "none, nothing to say"
    pilot_of(sound, ["SUP-1"], ["LOC-BER"])
    assert "1 departments with all below, and 1 locations" in only("pilot", Status.OK).text
    arrange(sound)
    pilot_of(sound, ["SUP-1", "SUP-77"], ["LOC-MOON"])
    assert [finding.text.partition(" in the HR")[0] for finding in found("pilot")] == [
        "there is no department SUP-77",
        "there is no location LOC-MOON",
    ]


def pilot_of(home: Home, departments: list[str], locations: list[str]) -> None:
    """Name a pilot in the settings."""
    file = home.folder / "lms_hris.toml"
    lines = f"[policy]\npilot_departments = {json.dumps(departments)}\npilot_locations = {json.dumps(locations)}\n"
    file.write_text(file.read_text(encoding="utf-8") + lines, encoding="utf-8")


def job_rules(expected: list[dict[str, object]], following: list[dict[str, object]]) -> str:
    """The rules as TOML."""
    lines = []
    for name, rules in (("expected", expected), ("next_jobs", following)):
        for rule in rules:
            lines += [f"[[skills.{name}]]", *(f"{key} = {json.dumps(value)}" for key, value in rule.items())]
    return "\n".join(lines) + "\n"


def test_a_quota_that_ends_the_night_warns(sound: Home) -> None:
    arrange(sound, quota={"lms_calls_per_hour": 30})
    warning = only("quota", Status.WARNING)
    assert "at 30 an hour" in warning.text
    assert "the night stops before its end" in warning.text


def test_the_sandbox_that_is_not_running_is_said(home: Home) -> None:
    home.configure(profile="sandbox")
    assert "--sandbox" in only("vendors", Status.FAILED).mend


def test_a_model_that_is_not_there_or_not_the_calibrated_one_fails(
    sound: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrange(sound, skills={"model_path": "/nowhere"})
    (finding,) = tried("model", lambda: house.check_model(load_settings()))
    assert (finding.status, "/nowhere" in finding.text) == (Status.FAILED, True)
    arrange(sound)
    (finding,) = house.check_model(load_settings())
    assert (finding.status, "sha256 53aa51172d14" in finding.text) == (Status.OK, True)
    monkeypatch.setattr(embedding, "DEFAULT_SHA256", "0" * 64)
    (finding,) = house.check_model(load_settings())
    assert (finding.status, "expected 000000000000" in finding.text) == (Status.FAILED, True)


def test_a_data_folder_that_cannot_be_written_fails(sound: Home) -> None:
    (sound.folder / "file").write_text("x")
    arrange(sound, firm={"data_dir": (sound.folder / "file" / "data").as_posix()})
    (finding,) = tried("data folder", lambda: house.check_data_folder(load_settings()))
    assert finding.status is Status.FAILED
    assert "NotADirectoryError" in finding.text


def test_a_disk_too_small_for_the_next_night_fails(sound: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    seal(sound, "2026-11-02-01", NOW)
    (sound.data / "batches" / "2026-11-02-01" / "more").write_bytes(b"x" * 10_000)
    usage = {"free": 0}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), usage))
    for free, status in ((20_000, Status.FAILED), (100_000, Status.WARNING), (1_000_000, Status.OK)):
        usage["free"] = free
        (finding,) = [one for one in house.check_data_folder(load_settings()) if one.subject == "disk"]
        assert finding.status is status, free


def seal(home: Home, name: str, as_of: datetime, contracts: str = contracts_digest()) -> None:
    """What looks like a sealed batch to whoever does not open it."""
    folder = home.data / "batches" / name
    folder.mkdir(parents=True)
    (folder / "warehouse.duckdb").write_bytes(b"")
    (folder / "batch.json").write_text(json.dumps({"as_of": as_of.isoformat(), "contracts": contracts}))
    (home.data / "CURRENT").write_text(name + "\n")


def test_the_last_batch_and_its_age(sound: Home) -> None:
    seal(sound, "2026-11-02-01", NOW)
    old = next(iter(house.check_last_batch(load_settings())))
    assert (old.status, "2026-11-02-01, as of" in old.text) == (Status.WARNING, True)
    seal(sound, "2026-11-03-01", datetime.now(UTC))
    assert next(iter(house.check_last_batch(load_settings()))).status is Status.OK
    seal(sound, "2026-11-03-02", datetime.now(UTC), "another")
    assert "built by another version" in list(house.check_last_batch(load_settings()))[1].text
    seal(sound, "2026-11-03-03", datetime.now(UTC))
    (sound.data / "batches" / "2026-11-04-01").mkdir()
    assert "2026-11-04-01" in list(house.check_last_batch(load_settings()))[1].text
    (sound.data / "CURRENT").write_text("2026-11-09-01\n")
    assert next(iter(house.check_last_batch(load_settings()))).status is Status.FAILED


def test_a_ledger_that_was_tampered_with_fails(sound: Home) -> None:
    with sound.ledger() as ledger:
        ledger.propose(
            [wish("update", "learner:1", {"email": "x"})],
            batch_id="2026-11-02-01", as_of=NOW, now=NOW, policy=policy(), is_complete=False, rejection_days=90,
        )  # fmt: skip
    told = list(house.check_ledger(load_settings()))
    assert [finding.status for finding in told] == [Status.OK, Status.OK]
    assert "1 wait for a person" in told[0].text
    with sqlite3.connect(sound.data / "ledger.sqlite") as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute("update audit_events set actor = 'nobody' where event_no = 1")
    connection.close()
    assert "was changed at event 1" in list(house.check_ledger(load_settings()))[1].text
    assert list(house.check_ledger(load_settings()))[1].status is Status.FAILED


def test_a_lock_is_told_with_its_holder_and_a_dead_holder_warns(sound: Home) -> None:
    sound.data.mkdir()
    with (sound.data / "run.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for pid, status in ((os.getpid(), Status.INFO), (dead_pid(), Status.WARNING)):
            file.seek(0)
            file.truncate()
            file.write(f"process {pid}")
            file.flush()
            finding = next(iter(runs.check_runs(load_settings())))
            assert finding.subject == "lock"
            assert finding.status is status
            assert f"process {pid}" in finding.text
    assert next(iter(runs.check_runs(load_settings()))).status is Status.OK


def dead_pid() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_process_is_dated_and_a_dead_one_is_not() -> None:
    born = runs.process_began(os.getpid())
    assert born is not None
    assert born < datetime.now(UTC)
    assert runs.process_began(dead_pid()) is None


KILLED = """
import os, dagster as dg
@dg.op
def die():
    os.kill(os.getpid(), 9)
@dg.job(executor_def=dg.in_process_executor)
def night():
    die()
with dg.DagsterInstance.from_config(".") as instance:
    night.execute_in_process(instance=instance, raise_on_error=False, tags={"lms_hris/batch": "2026-11-02-01"})
"""


def test_runs_whose_process_is_gone_are_closed_and_living_ones_left_alone(sound: Home, tmp_path: Path) -> None:
    import dagster as dg

    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, str(script)], env=environment, capture_output=True).returncode == -9

    def states(instance: dg.DagsterInstance) -> set[dg.DagsterRunStatus]:
        return {run.status for run in instance.get_runs()}

    with dg.DagsterInstance.from_config(".") as instance:
        assert states(instance) == {dg.DagsterRunStatus.STARTED}

        @dg.op
        def look() -> None:
            findings.extend(runs.close_dead_runs(instance))

        @dg.job(executor_def=dg.in_process_executor)
        def living() -> None:
            look()

        findings: list[Any] = []
        assert living.execute_in_process(instance=instance).success
        assert [finding.status for finding in findings] == [Status.WARNING], "this very run is under way, and alive"
        assert "2026-11-02-01" in findings[0].text
        assert states(instance) == {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS}
        assert [finding.status for finding in runs.close_dead_runs(instance)] == [Status.OK]
