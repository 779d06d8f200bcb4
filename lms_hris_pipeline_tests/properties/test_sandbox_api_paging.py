"""Docebo's pages: whatever their size, every row once and the last page known as the last."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from lms_hris_pipeline.sandbox.api.docebo_wire import PAGE_SIZE, page_reply, slice_of
from lms_hris_pipeline.sandbox.api.faults import cut
from lms_hris_pipeline.sandbox.api.wire import Call


@given(total=st.integers(0, 700), size=st.integers(1, 400))
def test_pages_cover_every_row_once(total: int, size: int) -> None:
    ids = range(1, total + 1)
    seen: list[int] = []
    cursors = set()
    for page in range(1, 1000):
        query = {"page": [str(page)], "page_size": [str(size)], "get_total_count": ["1"]}
        call = Call("docebo", "GET", "/manage/v1/user", query, b"", {})
        data = json.loads(page_reply(call, list(slice_of(ids, call)), total).body)["data"]
        assert data["count"] == len(data["items"]) <= min(size, PAGE_SIZE)
        assert data["total_count"] == total
        seen.extend(data["items"])
        cursors.add(data["cursor"])
        if not data["has_more_data"]:
            assert page == max(1, data["total_page_count"])
            assert len(cursors) == page
            break
    assert seen == list(ids)


@given(rows=st.lists(st.dictionaries(st.sampled_from("abc"), st.text(max_size=5)), min_size=3, max_size=40))
def test_a_cut_body_is_never_valid(rows: list[dict[str, str]]) -> None:
    body = json.dumps({"Report_Entry": rows}).encode()
    short = cut(body)
    assert len(short) < len(body)
    try:
        json.loads(short)
    except ValueError:
        return
    raise AssertionError("the cut body is still valid")
