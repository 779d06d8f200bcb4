"""The control plane `/_sandbox/…`: the tests' and the CLI's hand on the sandbox. Connectors never call it.

Loopback only, outside the vendors' gates: its calls are neither counted nor journalled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException
from starlette.requests import Request

from lms_hris_pipeline.sandbox.api.apps import catch_up
from lms_hris_pipeline.sandbox.api.faults import Fault, FaultPlan
from lms_hris_pipeline.sandbox.api.journal import Journal
from lms_hris_pipeline.sandbox.api.oauth import TokenBook
from lms_hris_pipeline.sandbox.api.quota import HourlyQuota
from lms_hris_pipeline.sandbox.api.world import World
from lms_hris_pipeline.sandbox.store import company_date, instant

LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})
Wanted = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Controls:
    """What the control plane can reach. `advance(days)` and `reset()` are the company's own."""

    world: World
    faults: FaultPlan
    journal: Journal
    quota: HourlyQuota
    tokens: tuple[TokenBook, ...]
    advance: Callable[[int], object]
    reset: Callable[[], object]


def add_control_plane(app: FastAPI, controls: Controls) -> None:
    """Give an app the routes of the control plane."""
    router = APIRouter(prefix="/_sandbox", dependencies=[Depends(_only_loopback)])
    _add_calendar(router, controls)
    _add_switches(router, controls)
    _add_faults(router, controls)
    app.include_router(router)


def _only_loopback(request: Request) -> None:
    if request.client is None or request.client.host not in LOOPBACK:
        raise HTTPException(403, "the control plane answers on loopback only")


def _add_calendar(router: APIRouter, controls: Controls) -> None:
    """What day it is, and how it moves on."""
    world = controls.world

    @router.get("/status")
    def status() -> Wanted:
        world.tick(0)
        connection = world.connection()
        workers = connection.execute("select count(*) from hris_workers").fetchone()[0]
        return {
            "company_date": company_date(connection).isoformat(),
            "instant": _utc(instant(connection)),
            "now": _utc(world.now()),
            "seed": world.meta("seed"),
            "workers": workers,
            "quota": controls.quota.state(),
            "shuffle_seed": world.shuffle_seed,
        }

    @router.post("/advance")
    def advance(wanted: Wanted = Body(default={})) -> Wanted:  # noqa: B008
        days = wanted.get("days", 1)
        if not isinstance(days, int) or days < 1:
            raise HTTPException(422, "days must be a number of at least 1")
        controls.advance(days)
        world.tick(0)
        catch_up(world)
        return {"company_date": company_date(world.connection()).isoformat()}

    @router.post("/reset")
    def reset() -> Wanted:
        controls.reset()
        controls.faults.clear()
        for book in controls.tokens:
            book.expire_all()
        world.rewind()
        return {"company_date": company_date(world.connection()).isoformat()}

    @router.post("/clock")
    def clock(wanted: Wanted = Body(default={})) -> Wanted:  # noqa: B008
        minutes = wanted.get("advance_minutes", 0)
        if not isinstance(minutes, (int, float)) or minutes < 0:
            raise HTTPException(422, "advance_minutes must be a number of at least 0")
        now = world.tick(60 * minutes)
        catch_up(world)
        return {"now": _utc(now)}


def _add_switches(router: APIRouter, controls: Controls) -> None:
    """The order of rows, the quota, and the journal of requests."""
    world = controls.world

    @router.post("/shuffle")
    def shuffle(wanted: Wanted = Body(default={})) -> Wanted:  # noqa: B008
        seed = wanted.get("seed")
        if seed is not None and not isinstance(seed, int):
            raise HTTPException(422, "seed must be a number or null")
        world.shuffle_seed = seed
        return {"seed": seed}

    @router.post("/quota")
    def quota(wanted: Wanted = Body(default={})) -> Wanted:  # noqa: B008
        per_hour = wanted.get("per_hour")
        if per_hour is not None and (not isinstance(per_hour, int) or per_hour < 0):
            raise HTTPException(422, "per_hour must be a number or null")
        controls.quota.per_hour = per_hour
        return dict(controls.quota.state())

    @router.get("/journal")
    def journal(after: int = 0, limit: int = 10_000) -> Wanted:
        entries = controls.journal.read(after, limit)
        return {"entries": entries, "last": controls.journal.last()}


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _add_faults(router: APIRouter, controls: Controls) -> None:
    """Faults that are armed."""

    @router.get("/faults")
    def list_faults() -> Wanted:
        return {
            "faults": [
                {"id": armed.number, "seen": armed.seen, "fired": armed.fired, **asdict(armed.fault)}
                for armed in controls.faults.armed
            ]
        }

    @router.post("/faults")
    def add_fault(wanted: Wanted) -> Wanted:
        try:
            return {"id": controls.faults.add(Fault.from_wire(wanted))}
        except (ValueError, TypeError) as error:
            raise HTTPException(422, str(error)) from None

    @router.delete("/faults")
    def clear_faults() -> Wanted:
        controls.faults.clear()
        return {"faults": []}
