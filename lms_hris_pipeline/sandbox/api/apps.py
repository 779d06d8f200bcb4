"""The two FastAPI apps: which path and method leads to which handler.

Handlers are synchronous and run in the server's thread pool; the gate (`gate`) has read the request,
checked it and waits for the complete answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lms_hris_pipeline.sandbox.api import (
    docebo_enrolment_writes,
    docebo_groups,
    docebo_jobs,
    docebo_learning,
    docebo_merge,
    docebo_rules,
    docebo_user_batch,
    docebo_user_writes,
    docebo_users,
    docebo_wire,
    oauth,
    workday_raas,
    workday_rest,
    workday_soap,
)
from lms_hris_pipeline.sandbox.api.docebo_rules import DUE
from lms_hris_pipeline.sandbox.api.docebo_wire import docebo_error
from lms_hris_pipeline.sandbox.api.gate import CALL_KEY
from lms_hris_pipeline.sandbox.api.oauth import TokenBook
from lms_hris_pipeline.sandbox.api.wire import Call, Handler, Problem, Reply, answer
from lms_hris_pipeline.sandbox.api.workday_rest import rest_error
from lms_hris_pipeline.sandbox.api.world import World, utc_text

STAFFING = "/ccx/api/staffing/v6/{tenant}"
MERGE = "/manage/v1/user/{id}/merge/{other}"


class Way(NamedTuple):
    """One operation: method, path, handler."""

    method: str
    path: str
    handler: Handler


WORKDAY_WAYS = (
    Way("GET", "/ccx/service/customreport2/{tenant}/{owner}/{report}", workday_raas.report),
    Way("GET", f"{STAFFING}/workers", workday_rest.list_workers),
    Way("GET", f"{STAFFING}/workers/{{id}}", workday_rest.view_worker),
    Way("GET", f"{STAFFING}/workers/{{id}}/skillItems", workday_rest.list_skill_items),
    Way("POST", f"{STAFFING}/workers/{{id}}/skillItems", workday_rest.add_skill_items),
    Way("GET", f"{STAFFING}/jobProfiles", workday_rest.list_job_profiles),
    Way("GET", f"{STAFFING}/jobProfiles/{{id}}", workday_rest.view_object),
    Way("GET", f"{STAFFING}/supervisoryOrganizations", workday_rest.list_organizations),
    Way("GET", f"{STAFFING}/supervisoryOrganizations/{{id}}", workday_rest.view_object),
    Way("POST", "/ccx/service/{tenant}/{service}/{version}", workday_soap.learning),
)

DOCEBO_WAYS = (
    Way("GET", "/learn/v1/enrollments", docebo_learning.list_enrolments),
    Way("POST", "/learn/v1/enrollments", docebo_enrolment_writes.enrol),
    Way("POST", "/learn/v1/enrollment/batch", docebo_enrolment_writes.batch_enrolments),
    Way("GET", "/manage/v1/user", docebo_users.list_users),
    Way("POST", "/manage/v1/user", docebo_user_writes.add_user),
    Way("POST", "/manage/v1/user/batch", docebo_user_batch.batch_users),
    Way("PUT", "/manage/v1/user/change_status", docebo_user_writes.change_status),
    Way("PUT", "/manage/v1/user/mass_edit", docebo_user_writes.mass_edit),
    Way("PUT", "/manage/v1/user/move_to_branch", docebo_user_writes.move_to_branch),
    Way("PUT", "/manage/v1/user/add_to_branch", docebo_user_writes.add_to_branch),
    Way("DELETE", "/manage/v1/user/delete", docebo_user_writes.delete_users),
    Way("GET", "/manage/v1/user_fields", docebo_users.list_user_fields),
    Way("GET", "/manage/v1/orgchart", docebo_users.list_branches),
    Way("GET", "/manage/v1/tenant", docebo_learning.tenant),
    Way("GET", "/manage/v1/job", docebo_jobs.list_jobs),
    Way("POST", "/manage/v1/job", docebo_jobs.create_job),
    Way("GET", "/manage/v1/job/{hash}", docebo_jobs.view_job),
    Way("PUT", "/manage/v1/job/{hash}", docebo_jobs.change_job),
    Way("GET", "/manage/v1/user/{id}", docebo_users.view_user),
    Way("PUT", "/manage/v1/user/{id}", docebo_user_writes.update_user),
    Way("GET", MERGE, docebo_merge.preview),
    Way("PUT", MERGE, docebo_merge.merge),
    Way("GET", f"{MERGE}/enrollments", docebo_merge.preview_enrolments),
    Way("GET", f"{MERGE}/badges", docebo_merge.preview_nothing),
    Way("GET", f"{MERGE}/subscriptions", docebo_merge.preview_nothing),
    Way("GET", f"{MERGE}/transactions", docebo_merge.preview_nothing),
    Way("GET", "/audiences/v1/audience", docebo_groups.list_groups),
    Way("GET", "/manage/v1/group/{id}/members", docebo_groups.list_members),
    Way("POST", "/manage/v1/group/{id}/members", docebo_groups.add_members),
    Way("DELETE", "/manage/v1/group/{id}/members", docebo_groups.remove_members),
    Way("GET", "/course/v1/courses", docebo_learning.list_courses),
    Way("GET", "/learn/v1/certification", docebo_learning.list_certifications),
    Way("GET", "/learn/v1/certification/{id}/users", docebo_learning.list_certified),
    Way("GET", "/skill/v1/skills", docebo_learning.list_skills),
    Way("GET", "/skill/v1/courses/{id}/skills", docebo_learning.list_course_skills),
)

WORKDAY_UNAUTHORIZED = answer({"error": "invalid_token"}, 401)
DOCEBO_UNAUTHORIZED = docebo_wire.UNAUTHORIZED


def workday_error(status: int, name: str, message: str) -> Reply:
    """Workday's refusal as the gate words it."""
    return rest_error(status, message, code=name)


def workday_app(world: World, tokens: TokenBook) -> FastAPI:
    """Workday: OAuth, reports, REST and SOAP."""

    def token(world: World, call: Call) -> Reply:
        if call.path_values["tenant"] != world.options.tenant:
            raise Problem(answer({"error": "invalid_request"}, 400))
        return oauth.workday_token(world, call, tokens)

    ways = (Way("POST", "/ccx/oauth2/{tenant}/token", token), *WORKDAY_WAYS)
    return _app("Workday", world, ways, rest_error(404, "resource not found", code="A0404"))


def docebo_app(world: World, tokens: TokenBook) -> FastAPI:
    """Docebo: OAuth, users, groups, learning, jobs."""

    def token(world: World, call: Call) -> Reply:
        return oauth.docebo_token(world, call, tokens)

    def guarded(handler: Handler) -> Handler:
        def handle(world: World, call: Call) -> Reply:
            catch_up(world)
            return handler(world, call)

        return handle

    ways = [Way("POST", "/oauth2/token", token)]
    ways += [Way(way.method, way.path, guarded(way.handler)) for way in DOCEBO_WAYS]
    return _app("Docebo", world, tuple(ways), docebo_error(404, "NotFound", "Page not found."))


def catch_up(world: World) -> None:
    """Do what Docebo had put off until now: automatic groups and background jobs whose time has come."""

    due = world.cached("next_due", _next_due)
    if due is None or due > utc_text(world.now()):
        return
    with world.writing() as connection:
        docebo_jobs.finish_due_jobs(world, connection, world.now())
        docebo_rules.settle_groups(connection, world.now())


def _next_due(connection: sqlite3.Connection) -> str | None:
    found: str | None = connection.execute(
        f"select min(due) from (select min({DUE}) as due from lms_group_sync union all"  # noqa: S608 - a constant
        f" select min({DUE}) from lms_jobs where status in ('pending', 'in_progress'))"
    ).fetchone()[0]
    return found


def _app(title: str, world: World, ways: tuple[Way, ...], unknown: Reply) -> FastAPI:
    app = FastAPI(title=f"{title} sandbox", openapi_url=None, docs_url=None, redoc_url=None)
    for way in ways:
        app.router.routes.append(Route(way.path, _endpoint(world, way.handler), methods=[way.method]))

    async def not_found(request: Request, error: Exception) -> Response:
        return _response(unknown)

    app.add_exception_handler(404, not_found)
    app.add_exception_handler(405, not_found)
    return app


def _endpoint(world: World, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        call: Call = request.scope[CALL_KEY]
        call.path_values = request.path_params
        return _response(await run_in_threadpool(_handle, world, handler, call))

    return endpoint


def _handle(world: World, handler: Handler, call: Call) -> Reply:
    try:
        return handler(world, call)
    except Problem as problem:
        return problem.reply


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers), reply.media_type)
