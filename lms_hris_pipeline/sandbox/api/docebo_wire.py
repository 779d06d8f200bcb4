"""Docebo's envelopes: lists, errors, and the reading of its page parameters and JSON bodies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from lms_hris_pipeline.sandbox.api.wire import Call, Problem, Reply, answer, dump, load

PAGE_SIZE = 200
"""Default and largest page."""

ZERO_MOMENT = "0000-00-00 00:00:00"
VERSION = "1.0.0"
Ids = list[int]


def docebo_error(status: int, name: str, message: str, field: str = "") -> Reply:
    """An error body: {name, message:[{id, message}], code, status}."""
    return answer({"name": name, "message": [{"id": field, "message": message}], "code": 0, "status": status}, status)


def bad_request(message: str, field: str = "") -> Problem:
    """The request cannot be used as it is; `field` is to blame."""
    return Problem(docebo_error(400, "BadRequest", message, field))


def not_found(message: str) -> Problem:
    """There is no such thing."""
    return Problem(docebo_error(404, "NotFound", message))


class RowRefused(Exception):
    """This row of a batch is not carried out; the text is its message."""


UNAUTHORIZED = docebo_error(401, "Unauthorized", "Your request was made with invalid credentials.")


def page_of(call: Call) -> tuple[int, int]:
    """(page from 1, page size of at most PAGE_SIZE)."""
    numbers = []
    for name, default in (("page", 1), ("page_size", PAGE_SIZE)):
        text = call.first(name, str(default))
        if not text.isdecimal() or int(text) < 1:
            raise bad_request(f"{name} must be a positive number", name)
        numbers.append(int(text))
    return numbers[0], min(numbers[1], PAGE_SIZE)


def slice_of(ids: Sequence[int], call: Call) -> Sequence[int]:
    """The ids on the page that is asked for."""
    page, size = page_of(call)
    return ids[(page - 1) * size : page * size]


def page_reply(call: Call, items: Sequence[object], total: int) -> Reply:
    """One page of a list of `total` rows."""
    return Reply(200, dump({"data": page_data(call, items, total), "_links": [], "version": VERSION}))


def page_data(call: Call, items: Sequence[object], total: int) -> dict[str, object]:
    """The `data` of a page: its items and where it stands in the list."""
    page, size = page_of(call)
    pages = -(-total // size)
    text = f"{call.path}?{sorted((k, v) for k, v in call.query.items() if k != 'page')}#{page}"
    data: dict[str, object] = {
        "items": items,
        "count": len(items),
        "has_more_data": page < pages,
        "total_page_count": pages,
        "current_page": page,
        "current_page_size": size,
        "cursor": hashlib.sha256(text.encode()).hexdigest()[:24],
    }
    if call.first("get_total_count") in {"1", "true"}:
        data["total_count"] = total
    return data


def small_page(call: Call, items: Sequence[object]) -> Reply:
    """One page of a list that is at hand as a whole."""
    page, size = page_of(call)
    return page_reply(call, items[(page - 1) * size : page * size], len(items))


def data_reply(data: object) -> Reply:
    """A single value in Docebo's envelope."""
    return answer({"data": data, "_links": [], "version": VERSION})


def json_body(call: Call) -> dict[str, Any]:
    """The body, which must be an object."""
    try:
        body = load(call.body)
    except ValueError:
        raise bad_request("The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise bad_request("The body must be an object")
    return body


def integer(value: object, field: str) -> int:
    """A number sent as such or as digits."""
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdecimal())):
        raise bad_request(f"{field} must be a number", field)
    return int(value)


def integers(body: dict[str, Any], field: str, limit: int | None = None) -> Ids:
    """A list of numbers in a body; required, at most `limit` long."""
    values = body.get(field)
    if not isinstance(values, list) or not values:
        raise bad_request(f"{field} is required and must be a list", field)
    if limit is not None and len(values) > limit:
        raise bad_request(f"{field} may hold at most {limit} values", field)
    return [integer(value, field) for value in values]


def items_of(body: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """The rows of a batch."""
    items = body.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_request("items is required and must be a list of objects", "items")
    if len(items) > limit:
        raise bad_request(f"items may hold at most {limit} rows", "items")
    return items


def path_id(call: Call, name: str = "id") -> int:
    """A number in the path."""
    text = call.path_values.get(name, "")
    if not text.isdecimal():
        raise not_found(f"{text} is not known")
    return int(text)
