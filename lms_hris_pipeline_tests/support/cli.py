"""The command line in this process: what it prints on either stream, and the code it ends with."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lms_hris_pipeline import cli
from lms_hris_pipeline.ledger import Ledger, open_ledger
from lms_hris_pipeline.settings import load_settings
from lms_hris_pipeline_tests.support.paths import ROOT

ESCAPES = [chr(code) for code in (*range(32), 127, *range(128, 160)) if chr(code) != "\n"]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    exit_code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        for text in (self.out, self.err):
            assert not any(char in text for char in ESCAPES), "control characters reached the terminal"


@dataclass(frozen=True)
class Home:
    """A folder with settings, in which commands run."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def configure(self, *, profile: str = "firm", **sections: Mapping[str, object]) -> None:
        """Write the settings file anew."""
        lines = [f'profile = "{profile}"']
        for section, values in {"firm": {}, **sections}.items():
            data = {"data_dir": self.data.as_posix()} if section == "firm" else {}
            lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in {**data, **values}.items())]
        (self.folder / "lms_hris.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def lms_hris(self, *arguments: str) -> Ran:
        """Run a command, plain because nobody looks at a terminal."""
        out, err = io.StringIO(), io.StringIO()
        hook, argv = sys.excepthook, sys.argv
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        sys.argv = ["lms-hris", *arguments]
        code: object = 0
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                cli.main()
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.excepthook, sys.argv = hook, argv
            for number, handler in handlers.items():
                signal.signal(number, handler)
        return Ran(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger that the settings name."""
        ledger = open_ledger(load_settings().ledger_url)
        try:
            yield ledger
        finally:
            ledger.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of its own, with a firm's settings and the project's dagster.yaml; the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LMS_HRIS_CONFIG", raising=False)
    monkeypatch.setenv("USER", "tess")
    monkeypatch.setenv("LOGNAME", "tess")
    shutil.copy(ROOT / "dagster.yaml", tmp_path / "dagster.yaml")
    made = Home(tmp_path)
    made.configure()
    return made
