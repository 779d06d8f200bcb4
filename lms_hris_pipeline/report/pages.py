"""The HTML pages: templates filled with what was read. Each is one file that asks the network for nothing.

Styles and scripts are inlined and named by their hash in a content security policy, so that nothing else can run,
whatever the two systems sent. What is shown is decided in `morning`, `findings` and `costs`.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lms_hris_pipeline.model.waterfall import waterfall_svg
from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.costs import CostPage
from lms_hris_pipeline.report.facts import NightFacts, Outlook
from lms_hris_pipeline.report.findings import Cause, Finding
from lms_hris_pipeline.report.inert import visible
from lms_hris_pipeline.report.morning import Morning
from lms_hris_pipeline.tables.reconcile import SEVERITIES
from lms_hris_pipeline.warehouse import Batch

MAX_FINDINGS = 10_000
"""Findings on the page; a browser takes about two seconds to lay them out. All are in the workbook and the CSV."""
MAX_OF_CAUSE = 500
MAX_LINES = 2_000


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A root cause as the page shows it: so many of its findings, and how many more there are."""

    cause: Cause
    findings: tuple[Finding, ...]

    @property
    def left_out(self) -> int:
        """Findings that stand in the workbook alone."""
        return len(self.cause.findings) - len(self.findings)


def index_page(batch: Batch, facts: NightFacts, morning: Morning) -> str:
    """The morning page."""
    return _filled("index", batch, facts, script="", morning=morning)


def exceptions_page(batch: Batch, facts: NightFacts, causes: Sequence[Cause]) -> str:
    """The exceptions, by root cause, with filters."""
    shown = tuple(shown_causes(causes))
    everything = [finding for cause in causes for finding in cause.findings]
    types = Counter(finding.type for finding in everything)
    centers = Counter(finding.cost_center_id for finding in everything if finding.cost_center_id)
    severities = Counter(finding.severity for finding in everything)
    return _filled(
        "exceptions",
        batch,
        facts,
        script="exceptions",
        shown=shown,
        cause_count=len(causes),
        total=len(everything),
        shown_count=sum(len(part.findings) for part in shown),
        types=sorted((words.label(words.TYPES, name), name, count) for name, count in types.items()),
        severities=[(name, severities[name]) for name in SEVERITIES if severities[name]],
        centers=sorted(centers.items()),
        max_of_cause=MAX_OF_CAUSE,
    )


def chargeback_page(batch: Batch, facts: NightFacts, costs: CostPage) -> str:
    """Who bears what, and how each invoice line was shared."""
    return _filled("chargeback", batch, facts, script="", costs=costs, max_lines=MAX_LINES)


def shown_causes(causes: Sequence[Cause]) -> Iterator[ShownCause]:
    """The causes that fit the page, in order, at most `MAX_OF_CAUSE` findings of each."""
    room = MAX_FINDINGS
    for cause in causes:
        if room <= 0:
            return
        findings = cause.findings[: min(MAX_OF_CAUSE, room)]
        room -= len(findings)
        yield ShownCause(cause, findings)


def _filled(name: str, batch: Batch, facts: NightFacts, *, script: str, **content: object) -> str:
    return fill(
        name,
        script=script,
        page=name,
        firm=visible(facts.firm_name),
        batch_id=batch.id,
        as_of=words.long_instant(batch.as_of, facts.zone),
        **content,
    )


def fill(name: str, *, script: str = "", **content: object) -> str:
    """The template `name` as one HTML file; styles and `script` are inlined, and nothing else may run.

    Args:
        content: what the template shows; every text is escaped.
    """
    style = _static("report.css")
    code = _static(f"{script}.js") if script else ""
    policy = [
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        *([f"script-src '{_digest(code)}'"] if code else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return (
        _environment()
        .get_template(f"{name}.html.j2")
        .render(
            policy="; ".join(policy),
            style=Markup(style),  # noqa: S704 - our own files, no data
            code=Markup(code),  # noqa: S704
            **content,
        )
    )


def _breakable(text: str) -> Markup:
    """An address that may break before its @."""
    return Markup("<wbr>@").join(text.split("@"))


@cache
def _static(name: str) -> str:
    return (files("lms_hris_pipeline") / "report" / "static" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lms_hris_pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": words.number,
        "amount": words.amount,
        "day": words.day,
        "month": words.month,
        "charge_type": lambda value: words.label(words.CHARGE_TYPES, value),
        "method": lambda value: words.label(words.METHODS, value),
        "unit": lambda value: words.label(words.UNITS, value),
        "system": lambda value: words.label(words.SYSTEMS, value),
        "outlook": lambda value: words.OUTLOOKS[value],
        "family": lambda value: words.label(words.FAMILIES, value),
        "breakable": _breakable,
        # made of levels and weights; every text in it is escaped
        "waterfall": lambda evidence: Markup(visible(waterfall_svg(evidence))),  # noqa: S704
        "fragment": lambda values: urlencode(values),
    }
    environment.globals |= {"money": words.money, "counted": words.counted, "Outlook": Outlook}
    return environment
