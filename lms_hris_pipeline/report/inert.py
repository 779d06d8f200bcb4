"""Text from two systems that many people can write to, made harmless for pages, workbooks and CSV.

Escaping is the writers' work (templates escape, workbooks write strings); here is what escaping does not cover.
"""

from __future__ import annotations

import re

MAX_CELL = 32_767
"""Characters that a spreadsheet keeps in a cell."""

# C1 controls, marks that reorder text and code points that XML forbids show nothing themselves: one sign for all
_INVISIBLE = dict.fromkeys(
    [*range(0x80, 0xA0), 0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
) | dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_TABLE = _INVISIBLE | _PICTURES
_ODD = re.compile("[" + "".join(f"\\U{code:08x}" for code in sorted(_TABLE)) + "]")
_FORMULA = re.compile(r"\s*[=+\-@\u2409\u240d\uff1d\uff0b\uff0d\uff20]")


def visible(text: str) -> str:
    """`text` with every control character as its picture (U+2400 and on) and every reordering mark as U+FFFD."""
    return text.translate(_TABLE) if _ODD.search(text) else text


def csv_cell(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: one that begins like a formula gets an apostrophe.

    Counts as such a beginning: = + - @, their full-width forms, a tab or a carriage return, also after blanks.
    """
    shown = visible(text)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def cell_text(text: str) -> str:
    """`text` for a workbook's cell; what is longer than a cell may hold is cut and says so."""
    shown = visible(text)
    if shown.startswith("<r>") and shown.endswith("</r>"):
        shown += " "  # the workbook's writer would take it for markup of its own and write it unescaped
    if len(shown) <= MAX_CELL:
        return shown
    note = f" … (cut; {len(shown):,} characters)"
    return shown[: MAX_CELL - len(note)] + note
