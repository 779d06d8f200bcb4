"""A link's evidence as a waterfall: from the odds before any evidence, field by field, to their sum; as lines and as SVG.

It holds levels and weights in log2 odds, no names. The SVG stands alone: no network, no script, readable in light and
dark. Where the evidence comes from is the matching's business, where it is shown the pages' and the shell's.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from html import escape
from itertools import accumulate

WIDTH, ROW, LABEL, MARGIN = 640, 24, 230, 12
COLUMNS = 32
"""How wide the bars of the lines are, in letters."""
_FOR, _AGAINST, _TOTAL = "#2f7d4f", "#b3423a", "#4a6fa5"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The steps of a sum in log2 odds, each a label with its weight, their total, and the fields that say nothing."""

    steps: tuple[tuple[str, float], ...]
    total: float
    silent: tuple[str, ...]

    @property
    def sums(self) -> tuple[float, ...]:
        """Where each step starts, and where the last one ends."""
        return tuple(accumulate((weight for _, weight in self.steps), initial=0.0))

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest of all sums, and zero."""
        return min(*self.sums, self.total, 0.0), max(*self.sums, self.total, 0.0)


def read_waterfall(evidence: str) -> Waterfall | None:
    """The steps of one row's evidence (JSON text); None where nothing was compared."""
    told = json.loads(evidence)
    fields = told.get("fields")
    if not fields:
        return None
    named = {
        f"{name.replace('_', ' ')}: {field['level'].replace('_', ' ')}": float(field["weight"])
        for name, field in fields.items()
    }
    return Waterfall(
        (
            ("before any evidence", float(told["prior"])),
            *((label, weight) for label, weight in named.items() if weight),
        ),
        float(told["bits"]),
        tuple(label for label, weight in named.items() if not weight),
    )


def waterfall_lines(evidence: str) -> list[str]:
    """One line a step: label, weight, and a bar from where it starts to where it ends, of `+` or `-`.

    The last line but one is the sum; fields that weigh nothing are named in the last.
    """
    found = read_waterfall(evidence)
    if found is None:
        return []
    low, high = found.span
    scale = COLUMNS / max(high - low, 1.0)

    def line(label: str, value: float, start: float, signs: str) -> str:
        first, last = sorted((round((start - low) * scale), round((start + value - low) * scale)))
        bar = " " * first + signs[value < 0] * max(last - first, 1)
        return f"{label:<{width}}  {value:+7.2f}  {bar}"

    total = "odds, log2"
    width = max(len(label) for label, _ in (*found.steps, (total, 0.0)))
    lines = [line(*step, start, "+-") for step, start in zip(found.steps, found.sums, strict=False)]
    lines.append(line(total, found.total, 0.0, "=="))
    return [*lines, f"says nothing: {', '.join(found.silent)}"] if found.silent else lines


def waterfall_svg(evidence: str, caption: str = "Evidence") -> str:
    """The chart of one row's evidence (JSON text); empty where nothing was compared."""
    found = read_waterfall(evidence)
    if found is None:
        return ""
    steps, sums, total, (low, high) = found.steps, found.sums, found.total, found.span
    scale = (WIDTH - LABEL - 2 * MARGIN - 50) / max(high - low, 1.0)

    def across(bits: float) -> float:
        return LABEL + MARGIN + (bits - low) * scale

    rows = [
        _bar(place, label, weight, across(min(sums[place], sums[place + 1])), abs(weight) * scale, weight)
        for place, (label, weight) in enumerate(steps)
    ]
    rows.append(_bar(len(steps), "odds, log2", total, across(min(0.0, total)), abs(total) * scale, None))
    height = (len(steps) + 1) * ROW + 2 * MARGIN
    zero = across(0.0)
    summary = escape(
        f"{caption}: " + "; ".join(f"{label} {weight:+.2f}" for label, weight in steps) + f"; sum {total:+.2f}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'class="waterfall" role="img" aria-label="{summary}" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="currentColor"><title>{escape(caption)}</title>'
        f'<line x1="{zero:.1f}" y1="{MARGIN}" x2="{zero:.1f}" y2="{height - MARGIN}" stroke="currentColor" '
        f'stroke-opacity="0.4"/>{"".join(rows)}</svg>'
    )


def chart_markdown(evidence: str, caption: str) -> str:
    """The chart as an image that Markdown carries in itself."""
    svg = waterfall_svg(evidence, caption).replace("currentColor", "#777777")
    return f"![{caption}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})" if svg else ""


def _bar(place: int, label: str, value: float, left: float, width: float, weight: float | None) -> str:
    top = MARGIN + place * ROW
    colour = _TOTAL if weight is None else _FOR if weight >= 0 else _AGAINST
    return (
        f'<text x="{LABEL}" y="{top + 16}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{left:.1f}" y="{top + 4}" width="{max(width, 1.0):.1f}" height="{ROW - 8}" fill="{colour}"/>'
        f'<text x="{left + max(width, 1.0) + 4:.1f}" y="{top + 16}">{value:+.2f}</text>'
    )
