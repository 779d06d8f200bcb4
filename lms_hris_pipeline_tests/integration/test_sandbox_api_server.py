"""Starting, stopping and steering the sandbox: threads, processes, clock, journal, concurrency."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from lms_hris_pipeline.sandbox.api.options import Credentials, SandboxOptions
from lms_hris_pipeline.sandbox.api.server import SandboxServer, serve
from lms_hris_pipeline_tests.support.sandbox_api import USERS, Sandbox, make_company, sandbox_in


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_as_a_child_process_and_gone_afterwards(tmp_path: Path) -> None:
    with sandbox_in(tmp_path, as_process=True) as sandbox:
        pid = sandbox.server.pid
        assert pid != os.getpid()
        assert len(sandbox.every("/manage/v1/user")) == USERS
    assert not is_alive(pid)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.server.docebo_url


def test_an_orphan_ends_by_itself(tmp_path: Path) -> None:
    make_company(tmp_path)
    starter = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m',"
        " 'lms_hris_pipeline.sandbox.api.server', '--folder', sys.argv[1]],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE);"
        " print(p.stdout.readline().decode(), end='', flush=True); import os; os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", starter, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    pid = json.loads(done.stdout)["pid"]
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)


def test_two_sandboxes_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with sandbox_in(tmp_path / "a") as one, sandbox_in(tmp_path / "b") as two:
        body = {"user_ids": [5], "status": "0"}
        assert one.docebo("PUT", "/manage/v1/user/change_status", json=body).status_code == 200
        assert one.sql("select status from lms_users where user_id = 5") == [("0",)]
        assert two.sql("select status from lms_users where user_id = 5") == [("1",)]


def test_no_company_no_server(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="generate one first"):
        SandboxServer(tmp_path).start()
    make_company(tmp_path)
    with pytest.raises(ValueError, match="loopback only"):
        serve(tmp_path, host="0.0.0.0")


def test_a_port_may_be_chosen(tmp_path: Path) -> None:
    make_company(tmp_path)
    with SandboxServer(tmp_path) as first:
        port = int(first.docebo_url.rpartition(":")[2])
    with SandboxServer(tmp_path, docebo_port=port) as second:
        assert second.docebo_url == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError, match="in use"):
            SandboxServer(tmp_path, docebo_port=port).start()


def test_credentials_are_the_same_in_every_process_and_open_nothing_else() -> None:
    assert Credentials.throwaway("a") == Credentials.throwaway("a")
    assert Credentials.throwaway("a") != Credentials.throwaway("b")
    options = SandboxOptions(quota_per_hour=7, shuffle_seed=3)
    assert SandboxOptions.from_json(options.to_json()) == options


def test_status_and_clock(tmp_path: Path) -> None:
    with sandbox_in(tmp_path, seconds_per_call=30) as sandbox:
        status = sandbox.control("GET", "/status")
        assert (status["company_date"], status["instant"], status["workers"]) == (
            "2026-11-02", "2026-11-02T21:00:00Z", 30,
        )  # fmt: skip
        sandbox.data("GET", "/manage/v1/tenant")  # two calls: the token and the tenant
        assert sandbox.control("GET", "/status")["now"] == "2026-11-02T21:01:00Z"
        sandbox.control("POST", "/clock", {"advance_minutes": 9})
        status = sandbox.control("GET", "/status")
        assert (status["now"], status["instant"]) == ("2026-11-02T21:10:00Z", "2026-11-02T21:00:00Z")


def test_the_clock_never_goes_back_after_a_restart(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        sandbox.control("POST", "/clock", {"advance_minutes": 90})
        sandbox.docebo("PUT", "/manage/v1/user/change_status", json={"user_ids": [5], "status": "0"})
    with SandboxServer(tmp_path) as server, httpx.Client() as http:
        assert http.get(f"{server.control_url}/_sandbox/status").json()["now"] >= "2026-11-02T22:30:00"


def test_a_new_company_day_is_noticed(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        field = {"additional_fields": [{"id": 5, "value": "LOC-PAR"}]}
        sandbox.data("PUT", "/manage/v1/user/5", json=field)
        sandbox.sql_write("update meta set value = '2026-11-03' where key = 'company_date'")
        assert sandbox.control("GET", "/status")["now"] == "2026-11-03T21:00:00Z"
        sandbox.forget_tokens()
        assert [row["user_id"] for row in sandbox.every("/manage/v1/group/4/members")] == ["5"]


def test_changes_from_outside_are_served_at_once(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        assert len(sandbox.every("/manage/v1/user")) == USERS
        sandbox.sql_write("delete from lms_users where user_id = 3")
        assert len(sandbox.every("/manage/v1/user")) == USERS - 1


def test_a_replaced_company_is_served_at_once(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        sandbox.docebo("PUT", "/manage/v1/user/change_status", json={"user_ids": [5], "status": "0"})
        other = tmp_path / "other"
        other.mkdir()
        make_company(other)
        for leftover in ("company.sqlite-wal", "company.sqlite-shm"):
            (tmp_path / leftover).unlink(missing_ok=True)
        (other / "company.sqlite").rename(tmp_path / "company.sqlite")
        user = sandbox.every("/manage/v1/user", **{"filters[user_ids][]": "5"})[0]
        assert user["status"] == "1"


def test_the_journal_names_every_call_and_no_person(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        body = {"items": [{"username": "secret@lumen.example", "firstname": "Secret"}], "options": {}}
        sandbox.docebo("POST", "/manage/v1/user/batch", json=body)
        sandbox.docebo("GET", "/manage/v1/user", params={"page": 2, "filters[usernames][]": "secret@lumen.example"})
        entries = sandbox.journal()
        assert [(e["system"], e["method"], e["path"], e["status"]) for e in entries] == [
            ("docebo", "POST", "/oauth2/token", 200),
            ("docebo", "POST", "/manage/v1/user/batch", 200),
            ("docebo", "GET", "/manage/v1/user", 200),
        ]
        assert "ecret" not in json.dumps(entries).replace("client_secret", "")
        assert entries[2]["query"] == "page=2&filters[usernames][]=***"
        assert entries[1]["body_sha256"]
        assert entries[2]["body"] is None
        after = sandbox.control("GET", f"/journal?after={entries[1]['seq']}")["entries"]
        assert after == entries[2:]
    with SandboxServer(tmp_path, SandboxOptions(journal=False)) as quiet, httpx.Client() as http:
        http.get(f"{quiet.docebo_url}/manage/v1/user")
        assert http.get(f"{quiet.control_url}/_sandbox/journal").json()["last"] == 3


def test_many_clients_at_once(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        sandbox.data("GET", "/manage/v1/tenant")

        def work(number: int) -> int:
            body = {"additional_fields": [{"id": 9, "value": f"size {number}"}]}
            written = sandbox.docebo("PUT", f"/manage/v1/user/{number}", json=body).status_code
            return written + sandbox.docebo("GET", "/manage/v1/user", params={"page": number % 3 + 1}).status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(work, range(1, 81))) == {400}
        assert sandbox.sql("select count(*) from lms_users where field_9 like 'size %'") == [(80,)]


def test_the_control_plane_refuses_nonsense(tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as sandbox:
        for path, body in (
            ("advance", {"days": 0}),
            ("clock", {"advance_minutes": -1}),
            ("shuffle", {"seed": "x"}),
            ("quota", {"per_hour": -1}),
        ):
            reply = sandbox.http.post(f"{sandbox.server.control_url}/_sandbox/{path}", json=body)
            assert reply.status_code == 422, path
        assert Sandbox.control(sandbox, "GET", "/status")["company_date"] == "2026-11-02"
