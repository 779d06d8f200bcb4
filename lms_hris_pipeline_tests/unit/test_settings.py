"""Settings: defaults, the sandbox's profile, the environment over the file, all faults in one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import Secrets, load_settings
from lms_hris_pipeline_tests.support.paths import ROOT


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "lms_hris.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_new_installation_starts_in_shadow(tmp_path: Path) -> None:
    policy = load_settings(write(tmp_path, "")).policy
    assert {policy.phase_of(family) for family in ("accounts", "skills", "offboarding")} == {"shadow"}


def test_the_shipped_settings_load() -> None:
    settings = load_settings(ROOT / "lms_hris.toml")
    assert settings.profile == "sandbox"
    assert settings.policy.accounts == "auto"
    assert settings.policy.offboarding == "approve"


def test_the_file_overrules_the_profile(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'profile = "sandbox"\n[policy]\naccounts = "shadow"\n'))
    assert settings.policy.accounts == "shadow"
    assert settings.policy.organisation == "auto"


def test_the_environment_overrules_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_HRIS_HRIS__TENANT", "other")
    assert load_settings(write(tmp_path, '[hris]\ntenant = "this"\n')).hris.tenant == "other"


def test_all_faults_stand_in_one_message(tmp_path: Path) -> None:
    text = (
        '[firm]\ntime_zone = "Mars/Base"\n[lms.fields]\nlocation = "town"\n[policy]\nskills = "maybe"\n[nope]\nx = 1\n'
    )
    with pytest.raises(BadInput) as raised:
        load_settings(write(tmp_path, text))
    for word in ("firm.time_zone", "Mars/Base", "lms.fields.location", "policy.skills", "nope"):
        assert word in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[firm]\nnme = "x"\n', "[firm.nme] is no setting; docs/settings.md lists all"),
        ('[firm]\ntime_zone = "Mars/Base"\n', "[firm.time_zone] 'Mars/Base' is no IANA time zone"),
        ('[lms.fields]\nlocation = "field_4"\n', "[lms.fields] field_4 is mapped as cost_center and as location"),
    ],
)
def test_a_fault_says_what_is_wrong_in_plain_words(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput) as raised:
        load_settings(write(tmp_path, text))
    assert f"\n  {told}" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("LMS_HRIS_POLICIES__ACCOUNTS", "names no section"),
        ("LMS_HRIS_SECRETS__SMTP_USER", "names no section"),
        ("LMS_HRIS_POLICY_ACCOUNTS", "two underscores"),
        ("lms_hris_firm_name", "two underscores"),
        ("LMS_HRIS_POLICY__ACOUNTS", "policy.acounts"),
    ],
)
def test_a_misspelt_variable_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.setenv(name, "off")
    with pytest.raises(BadInput, match=told):
        load_settings(write(tmp_path, ""))


@pytest.mark.parametrize("name", ["LMS_HRIS_CONFIG", "LMS_HRIS_DEBUG", "LMS_HRIS_SECRET_SMTP_USER", "LMS_HRISTORY"])
def test_variables_that_are_no_settings_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert load_settings(write(tmp_path, "")).profile == "firm"


@pytest.mark.parametrize(("text", "word"), [("[firm\n", "not valid TOML"), ("\x00", "not valid TOML")])
def test_broken_toml_names_the_file(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(BadInput, match=word):
        load_settings(write(tmp_path, text))


def test_a_missing_file_says_where_it_was_sought(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml")


def test_missing_secrets_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_HRIS_SECRET_DOCEBO_CLIENT_ID", "x")
    missing = Secrets().missing()
    assert "LMS_HRIS_SECRET_WORKDAY_REFRESH_TOKEN" in missing
    assert "LMS_HRIS_SECRET_DOCEBO_CLIENT_ID" not in missing
