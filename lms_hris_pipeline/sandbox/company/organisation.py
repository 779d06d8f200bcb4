"""The tree of supervisory organisations, worked out from numbers alone so that it costs no memory.

Staff are numbered from 0, the chief executive. Number `n` below `organization_count` leads organisation `n`; the
members of the organisations are numbered one organisation after the other, so that the leader of an organisation is
a member of one that comes before it. Spans go from 5 to 12.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate

from lms_hris_pipeline.sandbox.company.jobs import FAMILIES, stable_wid

_SPANS = (12, 8, 6, 11, 5, 9, 12, 7, 10, 8)
_ENDS = tuple(accumulate(_SPANS))
_ROUND = _ENDS[-1]
ROOT_BRANCH, PARTNER_BRANCH = 1, 2
_FIRST_BRANCH = 10


def organization_of(staff_no: int) -> int:
    """The organisation that a member of staff belongs to; the chief executive belongs to the one they lead."""
    if staff_no == 0:
        return 0
    whole, rest = divmod(staff_no - 1, _ROUND)
    return whole * len(_SPANS) + bisect_right(_ENDS, rest)


def manager_of(staff_no: int) -> int | None:
    """The number of a member of staff's manager; None for the chief executive."""
    return None if staff_no == 0 else organization_of(staff_no)


def organization_count(staff: int) -> int:
    """How many organisations so many staff make."""
    return organization_of(staff - 1) + 1


def family_of(organization_no: int) -> str:
    """The job family that an organisation belongs to: that of the branch below the chief executive."""
    if organization_no == 0:
        return "Finance"
    while organization_no > len(FAMILIES):
        organization_no = organization_of(organization_no)
    return FAMILIES[organization_no - 1]


def organization_code(organization_no: int) -> str:
    """The code that both systems know an organisation by."""
    return f"SUP-{organization_no + 1000}"


def organization_wid(organization_no: int) -> str:
    """The HR system's id of an organisation."""
    return stable_wid(f"organization/{organization_no}")


def branch_id(organization_no: int) -> int:
    """The learning system's id of an organisation's branch."""
    return _FIRST_BRANCH + organization_no


def branch_rows(count: int) -> list[tuple[int, str, str, int | None, int, int, int]]:
    """(id, code, title, parent, level, left, right) of every branch: the root, the partners', the organisations'."""
    sizes = array("l", [1]) * count
    for number in range(count - 1, 0, -1):
        sizes[organization_of(number)] += sizes[number]
    lefts, following, levels = array("l", bytes(8 * count)), array("l", bytes(8 * count)), array("l", bytes(8 * count))
    lefts[0], following[0], levels[0] = 4, 5, 2
    for number in range(1, count):
        above = organization_of(number)
        lefts[number] = following[above]
        following[above] += 2 * sizes[number]
        following[number] = lefts[number] + 1
        levels[number] = levels[above] + 1
    rows: list[tuple[int, str, str, int | None, int, int, int]] = [
        (ROOT_BRANCH, "ROOT", "Lumen Academy", None, 1, 1, 2 * count + 4),
        (PARTNER_BRANCH, "PARTNERS", "External partners", ROOT_BRANCH, 2, 2, 3),
    ]
    for number in range(count):
        above_id = ROOT_BRANCH if number == 0 else branch_id(organization_of(number))
        left = lefts[number]
        title = organization_name(number)
        rows.append(
            (
                branch_id(number),
                organization_code(number),
                title,
                above_id,
                levels[number],
                left,
                left + 2 * sizes[number] - 1,
            )
        )
    return rows


def organization_name(organization_no: int) -> str:
    """The name of an organisation."""
    return "Executive Board" if organization_no == 0 else f"{family_of(organization_no)} {organization_no}"


def organization_record(organization_no: int, manager_wid: str, manager_name: str) -> dict[str, object]:
    """An organisation as the REST service shows it."""
    name = organization_name(organization_no)
    manager = {"id": manager_wid, "descriptor": manager_name}
    record: dict[str, object] = {
        "id": organization_wid(organization_no),
        "descriptor": f"{name} ({manager_name})",
        "name": name,
        "code": organization_code(organization_no),
        "inactive": False,
        "manager": manager,
        "managers": [manager],
    }
    if organization_no:
        above = organization_of(organization_no)
        record["superior"] = {"id": organization_wid(above), "descriptor": organization_name(above)}
    return record
