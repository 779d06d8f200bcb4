"""Prints what was measured of people linking, beside what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = Mapping[str, Any]
COLUMNS = {"engine": "engine", "splink_trained": "Splink, training", "splink_saved": "Splink, saved model"}
# figure, label, digits, least or most that must hold, and what is aimed at
WANTED = (
    ("auto_precision", "precision of links", 5, 0.9995, 0.9995),
    ("auto_recall", "workers linked", 4, 0.985, 0.990),
    ("recall_with_review", "workers linked or in review", 4, 0.996, 0.997),
    ("asked_share", "share of review and duplicate", 4, -0.05, -0.045),
    ("best_match_f1", "F1 of best matches", 4, 0.993, 0.995),
    ("second_accounts_f1", "F1 of second accounts", 3, 0.87, 0.90),
    ("weakest_kind", "weakest kind of noise, with review", 3, 0.93, 0.95),
)
SPEED = {100_000: (3.0, 0.7), 1_000_000: (35.0, 5.0)}
"""Seconds and GB aimed at, by size."""
SPEED_UP = 5
"""How many times faster than Splink with training the engine must be at 100,000."""
NIGHT_AFTER = 0.1
"""What a night that changed one record in a hundred may cost, of a whole match."""
FEBRL = (("febrl4", 0.9995, 0.9998), ("febrl3", 0.998, 0.9993))


def weakest_kind(figures: Figures) -> tuple[str, float]:
    """The kind of noise with the lowest recall, review included; second accounts have a figure of their own."""
    kinds = {name: kind["recall_with_review"] for name, kind in figures["kinds"].items() if name != "second account"}
    name = min(kinds, key=lambda one: (kinds[one], one))
    return name, kinds[name]


def print_firm(console: Console, found: Figures) -> None:
    """One firm: figures, costs and recall by kind of noise."""
    sides = [name for name in COLUMNS if name in found]
    table = Table("", title=f"\n{found['size']:,} people, seed {found['seed']}: {found['workers']:,} HR records, {found['learners']:,} accounts", title_justify="left")  # fmt: skip
    for name in ("must", "aim", *(COLUMNS[side] for side in sides)):
        table.add_column(name, justify="right")
    for figure, label, digits, must, aim in WANTED:
        values = (weakest_kind(found[side])[1] if figure == "weakest_kind" else found[side][figure] for side in sides)
        table.add_row(label, *_bounds(must, aim), *_marked(values, digits, must, sides))
    table.add_section()
    aims = SPEED.get(found["size"])
    for figure, label, scale, digits, at in (
        ("seconds", "seconds", 1, 1, 0),
        ("cpu_seconds", "seconds of processor", 1, 1, None),
        ("peak_mib", "peak GB", 1 / 1024, 2, 1),
    ):
        aim = f"{aims[at]:g}" if aims and at is not None else ""
        table.add_row(label, "", aim, *(f"{found[side][figure] * scale:.{digits}f}" for side in sides))
    console.print(table)
    _print_night_after(console, found["night_after"])
    _print_kinds(console, found, sides)


def _print_night_after(console: Console, found: Figures) -> None:
    anew, remembering = found["anew"], found["remembering"]
    share = remembering["cpu_seconds"] / anew["cpu_seconds"]
    console.print(
        f"A night later, one record in a hundred changed: {remembering['seconds']:.1f} s ({remembering['cpu_seconds']:.1f} s of "
        f"processor) with the memory of the night before, {anew['seconds']:.1f} s ({anew['cpu_seconds']:.1f} s) without: "
        f"{share:.2f} of it (must: {NIGHT_AFTER:g}). The links are {'the same' if found['is_same'] else 'NOT THE SAME'}; "
        f"the memory takes {found['memory_mib']:.0f} MiB."
    )


def _print_kinds(console: Console, found: Figures, sides: Iterable[str]) -> None:
    sides = list(sides)
    table = Table("kind of noise", title="found by kind: linked, linked or in review", title_justify="left")
    table.add_column("people", justify="right")
    for side in sides:
        table.add_column(COLUMNS[side], justify="right")
    kinds = found["engine"]["kinds"]
    for name in sorted(kinds, key=lambda one: (kinds[one]["recall_with_review"], one)):
        cells = [found[side]["kinds"].get(name, kinds[name]) for side in sides]
        table.add_row(name, f"{kinds[name]['people']:,}", *(f"{c['auto_recall']:.3f}  {c['recall_with_review']:.3f}" for c in cells))  # fmt: skip
    console.print(table)


def print_summary(console: Console, found: Figures) -> None:
    """The lowest of all firms, how much faster than Splink, and FEBRL."""
    firms = found["firms"]
    table = Table("the worst of all firms", title="\nsummary", title_justify="left")
    for name in ("must", "aim", "engine"):
        table.add_column(name, justify="right")
    for figure, label, digits, must, aim in WANTED if firms else ():
        values = [
            weakest_kind(firm["engine"])[1] if figure == "weakest_kind" else firm["engine"][figure] for firm in firms
        ]
        worst = max(values) if must < 0 else min(values)
        table.add_row(label, *_bounds(must, aim), *_marked([worst], digits, must, ["engine"]))
    for name, must, aim in FEBRL if found["febrl"] else ():
        figures = found["febrl"][name]
        [shown] = _marked([figures["link"]["f1"]], 4, must, ["engine"])
        table.add_row(f"{name.upper()} F1, without a person", *_bounds(must, aim), shown)
        table.add_row(f"{name.upper()} F1, with review", "", "", f"{figures['asked']['f1']:.4f}")
    console.print(table)
    for firm in firms:
        if "splink_trained" in firm:
            trained, saved = (firm[side]["seconds"] / firm["engine"]["seconds"] for side in ("splink_trained", "splink_saved"))  # fmt: skip
            console.print(
                f"{firm['size']:,} people, seed {firm['seed']}: {trained:.1f} times as fast as Splink with training "
                f"(must: {SPEED_UP} at 100,000), {saved:.1f} times as fast as with a saved model (must: 1 at 1,000,000)."
            )


def _bounds(must: float, aim: float) -> tuple[str, str]:
    sign = "\u2264" if must < 0 else "\u2265"
    return f"{sign} {abs(must):g}", f"{sign} {abs(aim):g}"


def _marked(values: Iterable[float], digits: int, must: float, sides: Iterable[str]) -> list[str]:
    """Values; one of the engine's that misses what must hold is marked."""
    shown = []
    for value, side in zip(values, sides, strict=True):
        misses = value > -must if must < 0 else value < must
        shown.append(f"{value:.{digits}f}{' !' if misses and side == 'engine' else ''}")
    return shown
