"""The short summary of a night: figures only, no personal data, readable at 100 columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from lms_hris_pipeline.cli.queries import ask
from lms_hris_pipeline.cli.terminal import say, show_table
from lms_hris_pipeline.extract.forecast import hours_at_limit
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.report.morning import read_drifts
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf

WIDTH = 100
LABEL = 12
ENDPOINTS_SHOWN = 12
"""What is beyond is folded into one counted line."""
PAGES = (".html", ".xlsx", ".csv")


def print_summary(settings: Settings, batch_id: str, seconds: float, console: Console) -> None:
    """Print what a night found, proposed, sent and called, and where its reports are."""
    reports = settings.firm.data_dir / "reports" / batch_id
    with BatchShelf(settings.firm.data_dir).read(batch_id) as batch:
        say(f"\nBatch {batch.id}, as of {batch.as_of.astimezone(settings.firm.zone):%Y-%m-%d %H:%M %Z}", shown=console)
        _print_records(batch, console)
        _print_situations(batch, console)
        found = {str(severity): int(count) for severity, count in ask(batch, "summary_exceptions")}
        _line(console, "exceptions", _counted(found) or "none", total=sum(found.values()))
        wishes = ask(batch, "summary_wishes")
        [(mappings,)] = ask(batch, "summary_roles")
        warnings = read_drifts(batch)
    waiting = _print_deltas(settings, wishes, console)
    published = _read(reports / "publication.json")
    _print_publication(published, console)
    _print_calls(settings, batch_id, published, console)
    if waiting:
        say(f"\n{waiting:,} deltas wait for a person: lms-hris deltas list", shown=console)
    if mappings:
        say(f"\n{mappings:,} role mappings wait for a person: lms-hris roles list --state proposed", shown=console)
    for warning in warnings:
        say(f"\n{warning}", style="yellow", shown=console)
    files = sorted(path for path in reports.glob("*") if path.suffix in PAGES) if reports.is_dir() else []
    if files:
        say("\nReports", shown=console)
    for path in files:
        say(f"  {path}", shown=console)
    say(f"\nDone in {seconds:.1f} s.", shown=console)


def _print_records(batch: Batch, console: Console) -> None:
    by_system: dict[str, dict[str, int]] = {}
    cut_short = []
    for system, entity, count, is_complete, reason in ask(batch, "summary_records"):
        by_system.setdefault(system, {})[entity.replace("_", " ")] = int(count)
        if not is_complete:
            cut_short.append(f"{system} {entity}: {reason or 'not all of it arrived'}")
    for system, counts in by_system.items():
        _line(console, f"from {system}", _counted(counts), total=sum(counts.values()))
    for text in cut_short:
        _line(console, "incomplete", text + "; nothing is inferred from what is missing")


def _print_situations(batch: Batch, console: Console) -> None:
    by_kind: dict[str, dict[str, int]] = {}
    for kind, situation, count in ask(batch, "summary_situations"):
        by_kind.setdefault(kind, {})[situation.replace("_", " ")] = int(count)
    for kind, counts in by_kind.items():
        _line(console, f"{kind}s", _counted(counts), total=sum(counts.values()))


def _print_deltas(settings: Settings, wishes: Sequence[tuple[Any, ...]], console: Console) -> int:
    """Print the batch's deltas by operation and state; how many of all deltas wait for a person."""
    ledger = open_ledger(settings.ledger_url)
    try:
        standings = ledger.states_of([row[0] for row in wishes])
        waiting = sum(count for (_, state), count in ledger.count_deltas().items() if state == DeltaState.PROPOSED)
    finally:
        ledger.close()
    counts = Counter((f"{operation} {entity}", standings.get(wish, "off")) for wish, operation, entity in wishes)
    states = [state for state in (*DeltaState, "shadow", "off") if any(found == state for _, found in counts)]
    operations = sorted({operation for operation, _ in counts})
    if not operations:
        _line(console, "deltas", "none: both systems agree, as far as the pipeline may change them")
        return waiting
    say("", shown=console)
    rows = [
        (operation, *(_figure(counts[operation, state]) for state in states), _figure(_sum(counts, operation)))
        for operation in operations
    ]
    show_table(("deltas", *(state.replace("_", " ") for state in states), "in all"), rows, shown=console)
    return waiting


def _sum(counts: Counter[tuple[str, str]], operation: str) -> int:
    return sum(count for (found, _), count in counts.items() if found == operation)


def _figure(count: int) -> str:
    return f"{count:,}" if count else "-"


def _print_publication(published: Mapping[str, Any], console: Console) -> None:
    outcomes: Counter[str] = Counter()
    for states in published.get("counts", {}).values():
        outcomes.update(states)
    if published:
        text = _counted({state.replace("_", " "): count for state, count in outcomes.most_common()})
        _line(console, "publication", text or "nothing was approved")
    for reason in published.get("held_back", ()):
        _line(console, "held back", str(reason))
    if published.get("stopped_by"):
        _line(console, "stopped by", str(published["stopped_by"]))


def _print_calls(settings: Settings, batch_id: str, published: Mapping[str, Any], console: Console) -> None:
    calls = read_calls(settings.firm.data_dir / "landing" / batch_id / "_run" / "calls.json", published)
    limits = {"hris": settings.quota.hris_calls_per_hour, "lms": settings.quota.lms_calls_per_hour}
    for system, limit in limits.items():
        counts = calls.get(system, Counter[str]())
        total = sum(counts.values())
        rows = [
            (name, f"{count:,}", hours_in_words(hours_at_limit(count, limit)))
            for name, count in [*fold_calls(counts), ("in all", total)]
        ]
        say("", shown=console)
        heading = (f"calls to the {system.upper()}", "calls", f"time at its limit of {limit:,} an hour")
        show_table(heading, rows, shown=console)


def fold_calls(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Endpoints and their calls, the most called first; a tail of more than one becomes one line."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ranked) <= ENDPOINTS_SHOWN + 1:
        return ranked
    tail = ranked[ENDPOINTS_SHOWN:]
    return [*ranked[:ENDPOINTS_SHOWN], (f"{len(tail):,} more endpoints", sum(count for _, count in tail))]


def read_calls(file: Path, published: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """Calls by system and endpoint: those of the extract, and those of the publication (`<system> <endpoint>`)."""
    calls: dict[str, Counter[str]] = {}
    for system, counts in _read(file).items():
        calls.setdefault(system, Counter()).update(counts)
    for name, count in published.get("calls", {}).items():
        system, _, endpoint = name.partition(" ")
        calls.setdefault(system, Counter())[endpoint] += count
    return calls


def hours_in_words(hours: float) -> str:
    """Hours as a person says them."""
    minutes = hours * 60
    return f"{hours:.1f} h" if minutes >= 90 else f"{minutes:.0f} min" if minutes >= 1 else "under a minute"


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _line(console: Console, label: str, text: str, *, total: int | None = None) -> None:
    """A label, a sum and its parts, folded below each other within the width."""
    figure = "" if total is None else f"{total:>9,}  "
    indent = LABEL + len(figure)
    words, line = text.replace("\n", " ").split(" "), ""
    lines = []
    for word in words:
        if line and indent + len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    head = f"{label:<{LABEL}}{figure}"
    for number, part in enumerate(lines):
        say((head if number == 0 else " " * indent) + part, shown=console)
