"""A link's evidence as a waterfall chart: from the odds before any evidence, field by field, to the probability.

An SVG that stands alone: no network, no script, readable in light and dark. It holds levels and weights, no names.
"""

from __future__ import annotations

import base64
import json
from html import escape

WIDTH, ROW, LABEL, MARGIN = 640, 24, 230, 12
_FOR, _AGAINST, _TOTAL = "#2f7d4f", "#b3423a", "#4a6fa5"


def waterfall_svg(evidence: str, caption: str = "Evidence") -> str:
    """The chart of one row's evidence (JSON text); empty where nothing was compared."""
    told = json.loads(evidence)
    fields = told.get("fields")
    if not fields:
        return ""
    steps = [("before any evidence", float(told["prior"]))]
    steps += [
        (f"{name.replace('_', ' ')}: {field['level'].replace('_', ' ')}", float(field["weight"]))
        for name, field in fields.items()
        if field["weight"]
    ]
    total = float(told["bits"])
    sums = [0.0]
    for _, weight in steps:
        sums.append(sums[-1] + weight)
    low, high = min(*sums, total, 0.0), max(*sums, total, 0.0)
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
        f'role="img" aria-label="{summary}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">'
        f"<title>{escape(caption)}</title>"
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
