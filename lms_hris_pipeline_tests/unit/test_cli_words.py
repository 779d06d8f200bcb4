"""What the command line says: help with examples, documented commands, inert text, errors in plain words, JSON logs."""

from __future__ import annotations

import errno
import io
import json
import logging
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from lms_hris_pipeline.cli import app as application
from lms_hris_pipeline.cli import explain_os_error
from lms_hris_pipeline.cli.docs import command_reference, commands, examples
from lms_hris_pipeline.cli.explain import what_holds_back
from lms_hris_pipeline.cli.failures import as_error
from lms_hris_pipeline.cli.progress import StageProgress
from lms_hris_pipeline.cli.summary import fold_calls, hours_in_words, read_calls
from lms_hris_pipeline.cli.terminal import inert, show_table
from lms_hris_pipeline.model import errors
from lms_hris_pipeline.resources.logs import logger, logging_to, note
from lms_hris_pipeline.settings import PolicySettings, Settings
from lms_hris_pipeline.tables import ALL_TABLES, canonical, match
from lms_hris_pipeline_tests.support.paths import ROOT

COMMANDS: dict[str, Any] = dict(commands(typer.main.get_command(application.app)))
HOSTILE = "[red]x[/red]\x1b[2J\r\x07\u202e\u0085"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_purpose_and_examples_that_parse(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    shown = examples(command)
    assert shown
    for example in shown:
        words = shlex.split(example)
        assert words[: 1 + len(name.split())] == ["lms-hris", *name.split()]
        command.make_context(name, words[1 + len(name.split()) :])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_is_explained(name: str) -> None:
    unexplained = [param.name for param in COMMANDS[name].params if not getattr(param, "help", None)]
    assert unexplained == []


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert text == command_reference(), "run `make docs`"
    assert set(re.findall(r"^\| `lms-hris ([^`]+)`", text, re.MULTILINE)) == set(COMMANDS)


def test_messages_and_pages_name_only_commands_and_options_that_exist() -> None:
    """A message that tells people to run what is not there is worse than none."""
    pages = [*(ROOT / "lms_hris_pipeline").rglob("*.py"), ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    names = {name.split()[0] for name in COMMANDS}
    wrong = []
    for page in pages:
        for found in re.finditer(r"lms-hris ((?:[a-z-]+ ?)+)", page.read_text(encoding="utf-8")):
            words = found[1].split()
            if words[0] in names:
                command = next((n for n in (" ".join(words[:3]), " ".join(words[:2]), words[0]) if n in COMMANDS), None)
                options = (
                    {"--help"} | {option for param in COMMANDS[command].params for option in param.opts}
                    if command
                    else set()
                )
                wrong += [f"{page.name}: {found[0]}" for word in words if word.startswith("--") and word not in options]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain, ünïcode, 漢字", "plain, ünïcode, 漢字"),
        ("two\nlines", "two\nlines"),
        ("a\tb\u00a0c", "a b c"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("turned\u202e", "turned\ufffd"),
        ("bell\x07\r\x7f\x9b", "bell\ufffd\ufffd\ufffd\ufffd"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_text_is_inert(text: str, wanted: str) -> None:
    assert inert(text) == wanted


@pytest.mark.parametrize("is_terminal", [True, False])
def test_no_cell_formats_a_table(is_terminal: bool) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=is_terminal, width=100, color_system=None, markup=False)
    show_table(("name", "value"), [(HOSTILE, 1), (None, "[/]")], title=HOSTILE, shown=console)
    text = out.getvalue()
    assert "[red]x[/red]" in text
    assert "[/]" in text
    assert not set("\x1b\r\x07\u202e\u0085") & set(re.sub(r"\x1b\[[0-9;]*m", "", text))


def test_a_table_that_nobody_looks_at_cuts_nothing_off() -> None:
    out = io.StringIO()
    show_table(("a", "b"), [("x" * 300, "two\nlines")], shown=Console(file=out, width=40))
    assert out.getvalue().splitlines()[1] == "x" * 300 + "  two; lines"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full: /data/x"),
        (errno.EACCES, "No right to write or read: /data/x"),
        (errno.EROFS, "The file system is read-only: /data/x"),
        (errno.ENOTDIR, "NotADirectoryError: "),
    ],
)
def test_what_the_operating_system_refuses_is_said_in_words(number: int, words: str) -> None:
    said = explain_os_error(OSError(number, "its own words", "/data/x"))
    assert words in said
    assert "again" in said


@pytest.mark.parametrize(
    ("kind", "text", "wanted", "words"),
    [
        (
            "ContractBroken",
            "lms_hris_pipeline.model.errors.ContractBroken: gone\n  do",
            errors.ContractBroken,
            "gone\n  do",
        ),
        ("BadInput", "BadInput: no", errors.BadInput, "no"),
        ("OSError", "OSError: [Errno 28] No space left on device: '/x'", errors.Permanent, "The disk is full"),
        (
            "PermissionError",
            "PermissionError: [Errno 13] Permission denied: '/x'",
            errors.Permanent,
            "No right to write",
        ),
        (
            "Permanent",
            "Permanent: raw_lms.users: IO Error: No space left on device",
            errors.Permanent,
            "The disk is full",
        ),
        (
            "OperationalError",
            "OperationalError: (sqlite3.OperationalError) database or disk is full\n(Background on this error)",
            errors.Permanent,
            "The disk is full: (sqlite3.OperationalError) database or disk is full\n  Make room",
        ),
        ("OperationalError", "OperationalError: disk I/O error", errors.Permanent, "Make room or mend the disk"),
        (
            "OperationalError",
            "OperationalError: attempt to write a readonly database",
            errors.Permanent,
            "No right to write",
        ),
        ("KeyError", "KeyError: 'x'", errors.Permanent, "This was not foreseen"),
        ("annotations", "annotations: x", errors.Permanent, "This was not foreseen"),
    ],
)
def test_what_a_step_raised_is_raised_again(kind: str, text: str, wanted: type[Exception], words: str) -> None:
    error = as_error(kind, text)
    assert type(error) is wanted
    assert words in str(error)


def test_logs_are_json_lines_with_the_batch_and_nothing_of_an_exception(tmp_path: Path) -> None:
    with logging_to(tmp_path, "2026-11-02-01", keep_days=30) as path:
        note("built", name="users", count=3)
        logger.error(json.dumps({"event": "run_failed", "batch": "none"}))
        logging.getLogger("lms_hris_pipeline.somewhere").warning("plain %s", "words")
        try:
            raise ValueError("mia@lumen.example")
        except ValueError:
            logger.exception("it broke")
    note("after", name="nobody hears")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["built", "run_failed", "message", "message"]
    assert {line["level"] for line in lines} == {"info", "error", "warning"}
    assert all({"at", "level", "batch"} <= line.keys() for line in lines)
    assert lines[0]["batch"] == "2026-11-02-01"
    assert lines[3]["error"] == "ValueError"
    assert "mia" not in path.read_text(encoding="utf-8")


def test_old_logs_go(tmp_path: Path) -> None:
    import os

    (tmp_path / "logs").mkdir()
    old = tmp_path / "logs" / "2020-01-01-01.jsonl"
    old.write_text("{}\n")
    os.utime(old, (0, 0))
    with logging_to(tmp_path, "2026-11-02-01", keep_days=30):
        assert not old.exists()


def test_progress_prints_a_stage_once_all_of_it_is_there() -> None:
    out = io.StringIO()
    with StageProgress(Console(file=out, width=120)) as progress:
        progress.tell("landing", "hris workers", 100, 0.5)
        progress.tell("landing", "hris skills", 20, 0.25)
        progress.tell("landing", "hris", 120, 1.5)
        progress.tell("landing", "lms", 0, 0.75)
        progress.tell("raw_hris", "workers", 100, 0.5)
        for table in ALL_TABLES:
            if table.schema in {"match", "canonical"}:
                progress.tell(table.schema, table.name, 10, 0.5)
        progress.tell("batch", "sealed", 46_252, 0.5)
        progress.tell("nobody knows", "this", 1, 0.5)
        progress.tell("publication", "create", 4, 0.0)
        progress.tell("publication", "deltas", 31, 2.0)
    lines = [re.sub(r" +", " ", line.strip()) for line in out.getvalue().splitlines()]
    staged, matched = len(canonical.TABLES), len(match.TABLES)
    assert lines == [
        "extract HRIS 2 entities 120 records 1.5 s",
        f"stage {staged} tables {staged * 10} rows {staged / 2} s",
        f"match {matched} tables {matched * 10} rows {matched / 2} s",
        "seal batch 46,252 rows 0.5 s",
        "publish 1 steps 4 deltas 2.0 s",
        "load 1 tables 100 rows 0.5 s",
        "nobody knows 1 steps 1 rows 0.5 s",
    ]


def test_calls_of_extract_and_publication_add_up(tmp_path: Path) -> None:
    file = tmp_path / "calls.json"
    assert read_calls(file, {}) == {}
    file.write_text(json.dumps({"lms": {"/users": 3}, "hris": {"token": 1}}))
    published = {"calls": {"lms /users": 2, "lms token": 1}}
    assert read_calls(file, published) == {"lms": {"/users": 5, "token": 1}, "hris": {"token": 1}}


@pytest.mark.parametrize(("endpoints", "lines"), [(0, 0), (1, 1), (12, 12), (13, 13), (14, 13), (40, 13)])
def test_calls_are_shown_by_endpoint_and_a_long_tail_is_counted(endpoints: int, lines: int) -> None:
    counts = {f"/e{number:02}": 100 - number for number in range(endpoints)}
    folded = fold_calls(counts)
    assert len(folded) == lines
    assert sum(count for _, count in folded) == sum(counts.values()), "nothing is left out"
    assert [name for name, _ in folded[:12]] == list(counts)[:12], "the most called first"
    assert (lines < endpoints) == any(name == f"{endpoints - 12} more endpoints" for name, _ in folded)


@pytest.mark.parametrize(
    ("hours", "words"), [(0.0, "under a minute"), (0.05, "3 min"), (1.2, "72 min"), (5.25, "5.2 h")]
)
def test_hours_are_said_as_people_say_them(hours: float, words: str) -> None:
    assert hours_in_words(hours) == words


@pytest.mark.parametrize(
    ("state", "phase", "risk", "words"),
    [
        (None, "off", "low", "its family is off"),
        (None, "auto", "low", "did not get there"),
        ("shadow", "shadow", "low", "is in phase shadow"),
        ("proposed", "approve", "low", "is in phase approve"),
        ("proposed", "auto", "high", "risk high is above low"),
        ("proposed", "auto", "advice", "Advice to a person: nothing sends it."),
        ("auto_approved", "auto", "low", "Auto approved: sent by"),
        ("verified", "auto", "low", "Verified."),
    ],
)
def test_what_holds_a_wish_back(state: str | None, phase: Any, risk: str, words: str) -> None:
    settings = Settings(policy=PolicySettings(accounts=phase))
    assert words in what_holds_back(state, "accounts", risk, phase, settings)


def test_outside_the_pilot_it_is_the_pilot_that_holds_a_wish_back() -> None:
    settings = Settings(policy=PolicySettings(accounts="auto", pilot_locations=("LOC-BER",)))
    said = what_holds_back("shadow", "accounts", "low", "shadow", settings)
    assert said == "Not sent: the person is not in the pilot, for which alone accounts is in phase auto."
