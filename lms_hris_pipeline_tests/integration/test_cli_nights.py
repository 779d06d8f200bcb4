"""The command line over a small made-up company: one night, and all that people do with it afterwards."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.cli import nightly
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.report.match_workbook import TAGS
from lms_hris_pipeline.settings import load_settings
from lms_hris_pipeline.warehouse import BatchShelf
from lms_hris_pipeline_tests.support.cli import Home, Ran
from lms_hris_pipeline_tests.support.paths import ROOT
from lms_hris_pipeline_tests.support.review_books import fill_in

WORKERS = 120
DAY = "2026-11-02-01"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Ran]]:
    """A home in which one night has passed, and what was printed."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.chdir(folder)
        patch.delenv("LMS_HRIS_CONFIG", raising=False)
        for name in ("USER", "LOGNAME"):
            patch.setenv(name, "tess")
        shutil.copy(ROOT / "dagster.yaml", folder / "dagster.yaml")
        home = Home(folder)
        # a high bar, so that some skill tags wait for a person
        home.configure(profile="sandbox", skills={"precision": 0.9999})
        yield home, home.lms_hris("nightly", "--sandbox", "--workers", str(WORKERS))


@pytest.fixture
def home(night: tuple[Home, Ran], monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.chdir(night[0].folder)
    return night[0]


def rows(home: Home, query: str, **params: object) -> list[tuple[Any, ...]]:
    with BatchShelf(home.data).read() as batch:
        return batch.execute(query, params)


def test_a_night_ends_with_a_summary_that_adds_up(night: tuple[Home, Ran]) -> None:
    home, ran = night
    assert ran.exit_code == 0, ran.err
    assert f"Batch {DAY}, as of 2026-11-02 22:00 CET" in ran.out
    workers = rows(home, "select count(*) from canonical.workers")[0][0]
    exceptions = rows(home, "select count(*) from reconcile.exceptions")[0][0]
    assert f"workers     {workers:>9,}  " in ran.out
    assert f"exceptions  {exceptions:>9,}  " in ran.out
    assert "publication verified " in ran.out
    for operation, entity, count in rows(
        home, "select operation, entity, count(*) from reconcile.proposed_deltas group by all order by all"
    ):
        (line,) = [line for line in ran.out.splitlines() if line.startswith(f"{operation} {entity} ")]
        assert line.split()[-1] == str(count), "the last column is the sum of the others"
        assert sum(int(cell) for cell in line.split()[2:-1] if cell != "-") == count
    for system, limit in (("HRIS", "10,000"), ("LMS", "1,000")):
        (start,) = [n for n, line in enumerate(ran.out.splitlines()) if line.startswith(f"calls to the {system} ")]
        table = ran.out.splitlines()[start : ran.out.splitlines().index("", start)]
        assert table[0].endswith(f"time at its limit of {limit} an hour")
        assert table[-1].startswith("in all")
        figures = [int(re.split(" {2,}", line)[1].replace(",", "")) for line in table[1:]]
        assert figures[-1] == sum(figures[:-1]) > 0
    ledger = open_ledger(load_settings().ledger_url)
    waiting = sum(count for (_, state), count in ledger.count_deltas().items() if state == "proposed")
    ledger.close()
    assert f"{waiting} deltas wait for a person: lms-hris deltas list" in ran.out
    for name in ("index.html", "exceptions.xlsx", "chargeback.html"):
        assert (home.data / "reports" / DAY / name).exists()
        assert f"{DAY}/{name}" in ran.out
    assert max(map(len, (line for line in ran.out.splitlines() if "/reports/" not in line))) <= 100


def test_the_summary_and_the_logs_hold_nobodys_data(night: tuple[Home, Ran]) -> None:
    home, ran = night
    personal = {
        str(value)
        for query in (
            "select username from canonical.learners",
            "select email from canonical.workers where email is not null",
            "select worker_id_hris from canonical.workers",
            "select last_name from canonical.workers where length(last_name) > 5",
        )
        for (value,) in rows(home, query)
    }
    log = (home.data / "logs" / f"{DAY}.jsonl").read_text(encoding="utf-8")
    assert [word for word in personal if word in ran.out or word in log] == []
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["batch"] for line in lines} == {DAY}
    assert [lines[0]["event"], lines[-1]["event"]] == ["run_started", "run_succeeded"]


def test_people_are_matched_before_the_embedding_model_takes_its_memory(night: tuple[Home, Ran]) -> None:
    home, _ = night
    log = (home.data / "logs" / f"{DAY}.jsonl").read_text(encoding="utf-8").splitlines()
    built = [(line["stage"], line["name"]) for line in map(json.loads, log) if line["event"] == "built"]
    assert built.index(("match", "people")) < built.index(("match", "skills"))


def test_every_record_can_be_explained(home: Home) -> None:
    for kind, table, column in (("worker", "workers", "worker_id_hris"), ("learner", "learners", "learner_id_lms")):
        situations = rows(
            home,
            f"select situation, min(record_id) from reconcile.situations where record_kind = '{kind}' "
            f"group by situation order by situation",
        )
        assert len(situations) >= 3, table
        for situation, record in situations:
            ran = home.lms_hris("explain", f"{kind}:{record}")
            assert ran.exit_code == 0, ran.err
            assert record in ran.out, column
            assert re.search(f"situation +{situation.replace('_', ' ')}", ran.out), ran.out


def test_evidence_stands_above_the_runner_up_of_whom_it_does_not_speak(home: Home) -> None:
    ((learner, worker),) = rows(
        home,
        "select learner_id_lms, runner_up_worker_id_hris from match.people "
        "where runner_up_worker_id_hris is not null and evidence like '%first_name%' order by 1 limit 1",
    )
    told = home.lms_hris("explain", f"learner:{learner}").out
    account = told[told.index(f"Account {learner}") :]
    assert account.index("first name: ") < account.index(f"runner-up  worker {worker}")


def test_skills_are_explained_by_their_evidence_and_the_record(home: Home) -> None:
    worker, name, level, source, course, day = rows(
        home,
        "select assertions.worker_id_hris, framework.name, assertions.level, assertions.source, assertions.course_code, "
        "assertions.completed_date from reconcile.skill_assertions as assertions "
        "inner join canonical.framework_skills as framework on framework.skill_id = assertions.skill_id "
        "where assertions.is_on_record and assertions.level > 1 order by 1, 2 limit 1",
    )[0]
    told = home.lms_hris("explain", f"worker:{worker}").out
    (line,) = [line for line in told.splitlines() if line.strip().startswith(name)]
    assert f"level {level} by {source}: {course} on {day}" in line
    assert "HR: no level (agrees)" in line


def test_a_person_is_found_by_every_name_they_go_by(home: Home) -> None:
    worker, number, email, learner, username = rows(
        home,
        "select workers.worker_id_hris, workers.employee_number, workers.email, learners.learner_id_lms, "
        "learners.username from match.people as people "
        "inner join canonical.workers as workers on workers.worker_id_hris = people.worker_id_hris "
        "inner join canonical.learners as learners on learners.learner_id_lms = people.learner_id_lms "
        "where people.decision = 'link' and workers.email = lower(learners.username) order by 1 limit 1",
    )[0]
    shown = {
        home.lms_hris("explain", word).out for word in (worker, number, email, learner, username, username.upper())
    }
    assert len(shown) == 1
    told = shown.pop()
    assert worker in told
    assert re.search(r"evidence +before any evidence +-\d+\.\d\d  -+\n", told), "what speaks for the link, step by step"


def test_try_shows_what_waits_and_sends_nothing(home: Home) -> None:
    worker, operation = rows(
        home,
        "select worker_id_hris, operation from reconcile.proposed_deltas "
        "where worker_id_hris is not null and family in ('roles', 'training_records') order by 1 limit 1",
    )[0]
    ran = home.lms_hris("try", worker)
    assert "nothing is sent" in ran.out
    assert operation in ran.out
    assert "Waits for a person: the family" in ran.out


def test_a_disputed_worker_is_shown_with_the_candidate_and_the_command_that_settles_it(home: Home) -> None:
    found = rows(
        home,
        "select worker_id_hris, learner_id_lms, hris_value, lms_value from reconcile.exceptions "
        "where type = 'identity_review' and worker_id_hris is not null order by 1, 2",
    )
    assert found
    for worker, learner, hris_value, lms_value in found:
        command = f"lms-hris matches same|different {learner} {worker}"
        explained = home.lms_hris("explain", f"worker:{worker}").out
        assert f"Account {learner}" in explained
        assert command in explained
        assert f"HR {hris_value!r}, LMS {lms_value!r}" in explained
        assert command in (home.data / "reports" / DAY / "exceptions.html").read_text(encoding="utf-8")
        tried = home.lms_hris("try", f"worker:{worker}").out
        assert command in tried


def test_instants_are_the_firms(home: Home) -> None:
    ((worker,),) = rows(home, "select min(worker_id_hris) from canonical.workers")
    for command in ("explain", "try"):
        assert f"Batch {DAY}, as of 2026-11-02 22:00 CET".lower() in home.lms_hris(command, worker).out.lower()


def test_try_says_when_the_breaker_would_hold_a_change(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    found = rows(
        home,
        "select coalesce('worker:' || worker_id_hris, 'learner:' || learner_id_lms), wish_id "
        "from reconcile.proposed_deltas where operation in ('merge', 'deactivate') order by 2",
    )
    assert len(found) > 1, "one is always allowed"
    record, wish = found[0]
    assert "breaker" not in home.lms_hris("explain", record).out
    monkeypatch.setenv("LMS_HRIS_PUBLISHING__BREAKER_COUNT", "1")
    ran = home.lms_hris("explain", record)
    assert wish[:12] in ran.out
    assert "Approved together with all that wait, the breaker would hold it" in ran.out
    assert f"{len(found)} deactivations and merges to be sent" in ran.out


def test_reports_are_made_again_to_the_byte(home: Home, tmp_path: Path) -> None:
    folder, out = home.data / "reports" / DAY, tmp_path / "again"
    nights = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".json"}
    assert len(nights) == 6
    ran = home.lms_hris("report", DAY, "--out", str(out))
    assert ran.exit_code == 0, ran.err
    assert {file.name: file.read_bytes() for file in out.iterdir()} == nights
    assert str(out / "index.html") in ran.out
    (folder / "index.html").unlink()
    assert f"{DAY}/index.html\n" in home.lms_hris("report").out, "what is missing comes back"
    assert (folder / "index.html").read_bytes() == nights["index.html"]
    assert "All reports are there" in home.lms_hris("report", DAY).out
    assert sorted(path.name for path in folder.parent.iterdir()) == [DAY], "nothing half-made is left"


def test_reports_that_somebody_changed_are_not_replaced(home: Home) -> None:
    file = home.data / "reports" / DAY / "exceptions.csv"
    before = file.read_bytes()
    file.write_bytes(before + b"mine")
    ran = home.lms_hris("report", DAY)
    kept = file.read_bytes()
    file.write_bytes(before)
    assert (ran.exit_code, kept) == (2, before + b"mine")
    assert ran.err.startswith("BadInput: exceptions.csv in ")
    assert "--out <folder>" in ran.err


def test_reports_that_cannot_be_made_say_why(home: Home, tmp_path: Path) -> None:
    for unknown in ("2026-11-02-77", "../landing", "x"):
        ran = home.lms_hris("report", unknown)
        assert (ran.exit_code, f"There is no sealed batch {unknown}\n  Sealed: {DAY}" in ran.err) == (2, True), ran.err
    (tmp_path / "file").touch()
    assert "is a file" in home.lms_hris("report", "--out", str(tmp_path / "file")).err
    noted = home.data / "landing" / DAY / "_run"
    noted.rename(noted.with_name("_gone"))
    ran = home.lms_hris("report", DAY, "--out", str(tmp_path / "again"))
    noted.with_name("_gone").rename(noted)
    assert (ran.exit_code, "retention.landing_days" in ran.err) == (2, True), ran.err
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("command", ["explain", "try"])
def test_a_record_that_is_nobody_is_bad_input(home: Home, command: str) -> None:
    ran = home.lms_hris(command, "[bold]nobody\x1b[0m")
    assert ran.exit_code == 2
    assert "Neither system has a record called" in ran.err
    assert home.lms_hris("explain", "x", "--batch", "2026-01-01-01").exit_code == 2


def test_a_crosswalk_is_taken_as_a_whole_or_not_at_all(home: Home) -> None:
    (learner, worker), (other, _) = rows(
        home, "select learner_id_lms, worker_id_hris from match.people where decision = 'link' order by 1 limit 2"
    )
    file = home.folder / "links.csv"

    def take(text: str, encoding: str = "utf-8") -> Ran:
        file.write_bytes(text.encode(encoding))
        return home.lms_hris("crosswalk", "import", str(file), "--by", "ada")

    cases = {
        "learner_id_lms\n1\n": "Each of learner_id_lms and worker_id_hris is wanted",
        "": "has the columns none",
        "learner_id_lms,worker_id_hris\n": "holds no pairs",
        "learner_id_lms,worker_id_hris\n\u00e4,x\n": "no UTF-8",
        'learner_id_lms,worker_id_hris\n"1,2\n': "unexpected end of data",
        f"learner_id_lms,worker_id_hris\n{learner},{worker}\n{other},{worker}\n": f"worker {worker} is given",
        f"learner_id_lms,worker_id_hris\n{learner},{worker}\n\x1b[2J,{worker}\n": "line 3: this is no id",
    }
    for text, words in cases.items():
        ran = take(text, "latin-1")
        assert ran.exit_code == 2, text
        assert words in ran.err, text
    ran = take(f"worker_id_hris,learner_id_lms\nnobody,{learner}\n{worker},\n{worker},no-one\n")
    assert [line.strip() for line in ran.err.splitlines()[1:]] == [
        f"line 2: there is no worker 'nobody' in batch {DAY}",
        "line 3: learner_id_lms is empty",
        f"line 4: there is no account 'no-one' in batch {DAY}",
    ], "all faults at once"
    before = len(links(home))
    for separator, encoding in ((",", "utf-8"), (";", "utf-8-sig")):
        ran = take(
            f"Learner_ID_LMS{separator}worker_id_hris{separator}note\n{learner}{separator}{worker}{separator}x\n",
            encoding,
        )
        assert ran.exit_code == 0, ran.err
        assert "were known" in ran.out
    assert links(home)[learner] == worker
    assert len(links(home)) - before in {0, 1}


def links(home: Home) -> dict[str, str]:
    ledger = open_ledger(load_settings().ledger_url)
    try:
        return ledger.live_links()
    finally:
        ledger.close()


def test_matches_wait_until_they_are_decided(home: Home) -> None:
    listed = home.lms_hris("matches", "list")
    assert listed.exit_code == 0
    pairs = rows(home, "select learner_id_lms, worker_id_hris from match.people where decision = 'review' order by 1")
    tags = rows(home, "select tag, skill_id from match.skills where decision = 'review' order by 1")
    assert f"{len(pairs)} pairs and {len(tags)} skill tags" in listed.out
    assert pairs
    assert tags
    learner, worker = pairs[0]
    assert home.lms_hris("matches", "same", learner, "nobody").exit_code == 2
    assert home.lms_hris("matches", "tag", "no such tag", "SK-0").exit_code == 2
    assert "decided by tess" in home.lms_hris("matches", "different", learner, worker).out
    assert "does not mean" in home.lms_hris("matches", "tag", *tags[0], "--not").out
    assert f"{len(pairs) - 1} pairs and {len(tags) - 1} skill tags" in home.lms_hris("matches", "list").out
    assert "means no skill" in home.lms_hris("matches", "tag", tags[0][0], "-").out
    assert f"{len(pairs) - 1} pairs and {len(tags) - 1} skill tags" in home.lms_hris("matches", "list").out
    nothing = home.lms_hris("matches", "tag", tags[0][0], "-", "--not")
    assert (nothing.exit_code, "Name the skill that it does not mean" in nothing.err) == (2, True)


def test_what_waits_is_decided_in_a_workbook(home: Home, tmp_path: Path) -> None:
    book = tmp_path / "matches.xlsx"
    written = home.lms_hris("matches", "review", "--out", str(book))
    assert written.exit_code == 0, written.err
    waiting = re.search(r"(\d+) accounts and (\d+) skill tags", written.out)
    assert waiting
    pairs, tags = map(int, waiting.groups())
    assert f"{pairs} pairs and {tags} skill tags" in home.lms_hris("matches", "list").out
    assert tags > 1
    fill_in(book, lambda row: None, TAGS, A2="none", C2="no skill at all", A3="perhaps")
    refused = home.lms_hris("matches", "review", "--in", str(book))
    assert refused.exit_code == 2
    assert "Skill tags!A3: 'perhaps' is none of yes, no, none, other" in refused.err
    assert f"{pairs} pairs and {tags} skill tags" in home.lms_hris("matches", "list").out, "nothing was recorded"
    fill_in(book, lambda row: None, TAGS, A2="none")
    taken = home.lms_hris("matches", "review", "--in", str(book))
    assert taken.exit_code == 0, taken.err
    assert f"Decided by tess: 0 of {pairs} accounts, 1 of {tags} skill tags" in taken.out
    again = home.lms_hris("matches", "review", "--in", str(book))
    assert (again.exit_code, "does not wait any more" in again.err) == (2, True)
    assert f"{pairs} pairs and {tags - 1} skill tags" in home.lms_hris("matches", "list").out


def test_what_is_approved_by_day_is_published_by_day(home: Home) -> None:
    assert home.lms_hris("publish").exit_code == 2, "the sandbox is not running"
    approved = home.lms_hris("deltas", "approve", "--family", "roles")
    assert approved.exit_code == 0
    ran = home.lms_hris("publish", "--sandbox")
    assert ran.exit_code == 0, ran.err
    assert "set_groups groups  verified" in ran.out
    (evidence,) = (home.data / "reports" / DAY).glob("publication-*Z.json")
    assert json.loads(evidence.read_text(encoding="utf-8"))["counts"]["set_groups groups"]["verified"] > 0
    again = home.lms_hris("publish", "--sandbox")
    assert "Nothing is approved and unsent." in again.out


def test_a_replay_is_equal_or_says_where_it_differs(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = home.data / "logs" / f"{DAY}.jsonl"
    (scores,) = (home.data / "cache").glob("skills_answers-*.bin")
    before = log.read_bytes()
    scores.rename(tmp_path / scores.name)
    ran = home.lms_hris("replay", DAY)
    assert ran.exit_code == 0, ran.out + ran.err
    assert log.read_bytes() == before, "it is no part of the night"
    assert not scores.exists(), "what it found out stays in its own folder"
    (tmp_path / scores.name).rename(scores)
    own = (home.data / "logs" / f"replay-{DAY}.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line)["event"] for line in own.splitlines()]
    assert [events[0], events[-1]] == ["run_started", "run_succeeded"]
    assert "different" not in ran.out
    assert f"of {DAY} are equal." in ran.out
    assert "reports/index.html" in ran.out
    assert BatchShelf(home.data).current() == DAY

    # the same copy again, but the sealed reports are not what they were
    copy, kept, sealed = home.data / "replay" / DAY, tmp_path / "kept", home.data / "reports" / DAY
    shutil.copytree(copy, kept)
    monkeypatch.setattr(
        "lms_hris_pipeline.cli.nightly.execute_job", lambda *_, **__: shutil.copytree(kept, copy, dirs_exist_ok=True)
    )
    page, extra = sealed / "exceptions.csv", sealed / "extra.html"
    text = page.read_bytes()
    try:
        page.write_bytes(text + b" ")
        extra.write_text("x")
        ran = home.lms_hris("replay", DAY)
    finally:
        page.write_bytes(text)
        extra.unlink()
    assert ran.exit_code == 1
    assert [line.split()[0] for line in ran.out.splitlines() if " different " in line] == [
        "reports/exceptions.csv",
        "reports/extra.html",
    ]


@pytest.mark.parametrize("name", ["2026-11-02-77", "yesterday", "../x"])
def test_a_batch_that_is_none_is_not_replayed(home: Home, name: str) -> None:
    assert home.lms_hris("replay", name).exit_code == 2


def test_the_doctor_finds_the_night_sound(home: Home) -> None:
    ran = home.lms_hris("doctor", "--sandbox")
    assert ran.exit_code == 0, ran.out
    assert f"ok       last batch       {DAY}" in ran.out
    assert "the last batch with its landing took" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nightly",), "Add --sandbox"),
        (("nightly", "--sandbox", "--workers", "700"), f"of {WORKERS} workers and seed 1"),
        (("nightly", "--sandbox", "--as-of", "2026-11-02T02:30:00+01:00"), "exclude each other"),
        (("nightly", "--as-of", "yesterday"), "is no instant"),
        (("nightly", "--as-of", "2026-11-02T02:30:00"), "says no time zone"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(home: Home, arguments: tuple[str, ...], words: str) -> None:
    ran = home.lms_hris(*arguments)
    assert (ran.exit_code, words in ran.err) == (2, True), ran.err


def test_a_night_on_a_sandbox_that_is_served_looks_at_the_day_of_its_company(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[datetime] = []

    def execute_night(instant: datetime, **_: object) -> str:
        looked_at.append(instant)
        return DAY

    monkeypatch.setenv("LMS_HRIS_LMS__BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(nightly, "execute_night", execute_night)
    assert home.lms_hris("nightly").exit_code == 0
    assert looked_at == [datetime(2026, 11, 2, 21, tzinfo=UTC)]


def test_a_failed_night_says_why_and_leaves_the_last_good_batch(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LMS_HRIS_LMS__FIELDS__LOCATION", "field_77")
    ran = home.lms_hris("nightly", "--sandbox", "--no-advance")
    assert ran.exit_code == 1
    assert ran.err.startswith("ContractBroken: Docebo users no longer has the field 'field_77'")
    assert "Step: landing__lms" in ran.err
    assert f"{DAY} stays current; batch 2026-11-02-02 was not finished." in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in home_with_debugging(home, monkeypatch).err
    log = (home.data / "logs" / "2026-11-02-02.jsonl").read_text(encoding="utf-8")
    assert [line["event"] for line in map(json.loads, log.splitlines())][-1] == "run_failed"


def home_with_debugging(home: Home, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setenv("LMS_HRIS_DEBUG", "1")
    return home.lms_hris("explain", "nobody at all")


def test_a_played_day_is_said_and_a_reset_forgets_what_the_pipeline_knew(home: Home) -> None:
    """Last of all: nothing of the night is left afterwards."""
    played = home.lms_hris("sandbox", "advance", "--days", "2")
    assert (played.exit_code, played.out) == (0, "The company has reached Wednesday, 2026-11-04.\n")
    kept = home.lms_hris("sandbox", "reset", "--workers", "60", "--seed", "2", "--keep-batches")
    assert kept.exit_code == 0, kept.err
    assert "Making up a company of 60 workers (seed 2)" in kept.out
    assert BatchShelf(home.data).current() == DAY
    assert home.lms_hris("sandbox", "reset", "--workers", "60").exit_code == 0
    assert BatchShelf(home.data).current() is None
    assert home.lms_hris("deltas", "list", "--all").out == "No deltas.\n"
    assert home.lms_hris("explain", "x").exit_code == 2
