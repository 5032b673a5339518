"""The ASGI application: one handler for every call, in the order of checks that the API promises.

version → token → required parameters → values → existence and ownership → state
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from scribedock.accounts.scopes import grants
from scribedock.accounts.sessions import Session
from scribedock.api import auditing
from scribedock.api.calls import (
    accounts,
    authorization,
    guidelines,
    jobs,
    mails,
    media,
    outputs,
    renditions,
    reviews,
    statistics,
    transcripts,
    translations,
    uploads,
    webhooks,
)
from scribedock.api.calls.extensions import again, archives, events, records, search, segments, shares, spans
from scribedock.api.errors import error_response
from scribedock.api.faults import fault_of
from scribedock.api.health import health_routes
from scribedock.api.masking import names_only, read_ones
from scribedock.api.reference import reference_routes
from scribedock.api.registry import CALLS, Backend, Call, Context
from scribedock.api.schema.parameters import Raw, gather, read
from scribedock.api.transport.client_addresses import ClientAddresses, base_url_of
from scribedock.api.transport.counting import CALL
from scribedock.api.transport.rim import Rim
from scribedock.api.transport.upload_endpoint import UploadEndpoint
from scribedock.api.transport.waiting import unless_gone
from scribedock.api.unknown_parameters import UnknownParameters, find_unknown
from scribedock.budgets.rates import RateKind, RequestRates
from scribedock.errors import (
    AccountUnprivileged,
    BadApiToken,
    InvalidOption,
    InvalidQuery,
    MissingParameter,
    ScribedockError,
)
from scribedock.host.near_misses import did_you_mean, near_miss
from scribedock.parsing.parser import UnparsedBody
from scribedock.parsing.pipe import Parsed
from scribedock.persons.acting import acting_as
from scribedock.persons.person import Person
from scribedock.results.signed_links import MEDIA
from scribedock.uploads.grant import PATH

log = structlog.get_logger("scribedock.api")

ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# Importing these registers their calls.
CALL_MODULES = (
    accounts,
    jobs,
    authorization,
    guidelines,
    media,
    renditions,
    transcripts,
    translations,
    reviews,
    segments,
    spans,
    shares,
    mails,
    uploads,
    outputs,
    again,
    archives,
    events,
    records,
    search,
    statistics,
    webhooks,
)


WEB_CALLS = "/web/call"
CALLER = "scribedock.caller"  # of the scope: the Caller whose browser makes the call


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A person who makes a call from the web pages, in the name of their account."""

    session: Session
    person: Person


@dataclass
class Seen:
    """What the log says about a call, as far as it could be read."""

    path: str = "/api/…"  # of a known call: any other path may hold a secret
    parameters: dict[str, str] = field(default_factory=dict)
    unknown: UnknownParameters = field(default_factory=UnknownParameters)


class Api:
    """The endpoint that serves the registered calls for one backend."""

    def __init__(self, backend: Backend, addresses: ClientAddresses) -> None:
        self.backend = backend
        self.addresses = addresses
        self._rates = RequestRates(backend.services.settings)
        # With SQLite, threads that hand the interpreter to each other at every query answer half as many
        # calls as a single one; where a query waits for another machine, a few threads are better.
        turns = 1 if backend.services.database.is_sqlite else 4
        self._brief = ThreadPoolExecutor(turns, thread_name_prefix="brief-calls")

    async def serve(self, request: Request) -> Response:
        began = time.perf_counter()
        seen = Seen()
        try:
            response = await self._dispatch(request, request.path_params["path"].strip("/"), seen)
        except ScribedockError as error:
            seen.unknown.explain(error)
            response = error_response(error)
        except Exception as failure:
            response = error_response(fault_of(failure))
        response.headers.update(seen.unknown.header())
        log.info(
            "call",
            method=request.method,
            path=seen.path,
            parameters=seen.parameters,
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return response

    async def _dispatch(self, request: Request, path: str, seen: Seen) -> Response:
        call = CALLS.get(path)
        if call is None:
            raise ItemNotFoundPath(path)
        seen.path = f"{WEB_CALLS if CALLER in request.scope else '/api'}/{path}"
        request.scope[CALL] = call.path
        if request.method not in call.methods and not (request.method == "HEAD" and "GET" in call.methods):
            raise InvalidQuery(
                f"{request.method} is not possible for {path}; use {' or '.join(call.methods)}",
                status=405,
                headers={"Allow": ", ".join(call.methods)},
            )
        raw = await gather(
            request,
            self.backend.services.settings,
            body_is_file=call.body_is_file,
            large=functools.partial(self._parse, request),
        )
        seen.parameters = names_only(call, raw)
        seen.unknown = find_unknown(call, raw)
        check_version(raw, optional=call.optional_version)
        if inspect.iscoroutinefunction(call.function):
            context, parameters, entry = await run_in_threadpool(self._prepare, request, call, raw, seen)
            try:
                with acting_as(context.person_id):
                    answer = await call.function(context, parameters)
            except Exception as error:
                await run_in_threadpool(_end, context, entry, error)
                raise
            await run_in_threadpool(_end, context, entry, answer)
            return _response(answer, call, request.method)
        if call.brief:
            return await asyncio.get_running_loop().run_in_executor(
                self._brief, contextvars.copy_context().run, self._run_brief, request, call, raw, seen
            )
        return await run_in_threadpool(self._run, request, call, raw, seen)

    async def _parse(
        self, request: Request, operation: str, content: bytes, arguments: Mapping[str, Any]
    ) -> Parsed:
        """Have another process parse a large body, in the turn of the caller's branch, or of its address."""
        branch = await run_in_threadpool(self._branch, request)
        source = UnparsedBody(what="body", file=BytesIO(content), size=len(content))
        work = self.backend.parser.submit(branch, operation, source, arguments)
        return await unless_gone(request, work)

    def _branch(self, request: Request) -> str:
        """Return the branch of the token in the query or the header; of the address where there is none."""
        try:
            session = self._session(request, dict(parse_qs(request.url.query)))
            return self.backend.services.accounts.branch(session.account_id)
        except (BadApiToken, ValueError):
            return f"address {self.addresses.client_of(request).address}"

    def _run_brief(self, request: Request, call: Call[Any], raw: Raw, seen: Seen) -> Response:
        if self.backend.example is not None:  # it writes what is then read
            return self._run(request, call, raw, seen)
        with self.backend.services.database.one_read():
            return self._run(request, call, raw, seen)

    def _run(self, request: Request, call: Call[Any], raw: Raw, seen: Seen) -> Response:
        """Serve a call in one thread, token to answer: each change of threads costs as much as a query."""
        context, parameters, entry = self._prepare(request, call, raw, seen)
        try:
            with acting_as(context.person_id):
                answer = call.function(context, parameters)
        except Exception as error:
            _end(context, entry, error)
            raise
        _end(context, entry, answer)
        return _response(answer, call, request.method)

    def _prepare(
        self, request: Request, call: Call[Any], raw: Raw, seen: Seen
    ) -> tuple[Context, Any, int | None]:
        session = self._session(request, raw) if call.needs_token else None
        parameters = read(call.model, raw)
        seen.parameters = read_ones(call, raw, parameters)
        caller: Caller | None = request.scope.get(CALLER)
        context = Context(
            backend=self.backend,
            request=request,
            base_url=base_url_of(request, self.addresses, self.backend.services.settings.public_url),
            client=self.addresses.client_of(request),
            session=session,
            person=None if caller is None else caller.person,
            json_body=request.headers.get("content-type", "").startswith("application/json"),
            remark_on_unknown=seen.unknown.remark(),
            remark_on_misspelt=seen.unknown.remark(misspelt_only=True),
        )
        self._count(call, context)
        entry = auditing.begin_entry(context, call, parameters)
        try:
            check_right(context, call, parameters)
        except AccountUnprivileged as error:
            auditing.end_entry(context, entry, error)
            raise
        if self.backend.example is not None and call.needs_token:
            self.backend.example.prepare(
                call.path, getattr(parameters, "job_id", ""), context.visible_accounts
            )
        return context, parameters, entry

    def _count(self, call: Call[Any], context: Context) -> None:
        """Count the call for the rates of requests. Raises InvalidQuery (429) beyond them."""
        if call.rate is RateKind.ORDERS:
            self._rates.count_order(context.branch)
        elif call.rate is RateKind.LOGINS:
            self._rates.count_login(context.client)

    def _session(self, request: Request, raw: Raw) -> Session:
        caller: Caller | None = request.scope.get(CALLER)
        if caller is not None:
            return caller.session
        given = raw.get("api_token")
        token = str(given[-1]).strip() if given else ""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if not token and scheme.lower() == "bearer":
            token = bearer.strip()
        if not token:
            raise BadApiToken
        return self.backend.services.sessions.use(token)


def _end(context: Context, entry: int | None, result: object) -> None:
    """Audit the outcome of a call, and restore the sandbox's example."""
    auditing.end_entry(context, entry, result)
    if context.backend.example is not None:
        context.backend.example.restore()


def _response(answer: Any, call: Call[Any], method: str) -> Response:
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status_code=call.empty_status(method))
    return JSONResponse(answer, status_code=call.status)


class ItemNotFoundPath(InvalidQuery):
    """No call has this path."""

    status = 404

    def __init__(self, path: str) -> None:
        meant = near_miss(path, CALLS)
        question = f"{did_you_mean(f'/api/{meant}')} See" if meant else "see"
        super().__init__(f"There is no call /api/{path[:100]}; {question} /docs for all of them")


def check_version(raw: Raw, *, optional: bool) -> None:
    """Check that v is 1. Raises MissingParameter or InvalidOption."""
    given = raw.get("v")
    version = str(given[-1]).strip() if given else ""
    if not version:
        if not optional:
            raise MissingParameter("Missing required parameter: v (the version of the API; send v=1)")
    elif version != "1":
        raise InvalidOption(f"v: the version of the API is 1, not {version[:20]!r}")


def check_right(context: Context, call: Call[Any], parameters: Any) -> None:
    """Raise AccountUnprivileged where the session's key, or the person's role, is not good for the call."""
    right = call.needed_right(parameters)
    session, person = context.session, context.person
    if session is not None and not grants(session.scope, right):
        log.info("key not good for the call", path=call.path, scope=session.scope, needs=right)
        raise AccountUnprivileged
    if person is not None and not person.permissions.permit(right, contents=call.gives_contents):
        log.info("role not good for the call", path=call.path, role=person.role, needs=right)
        raise AccountUnprivileged


async def _fault(request: Request, failure: Exception) -> Response:
    return error_response(fault_of(failure))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    comment = "There is nothing here" if error.status_code == 404 else str(error.detail)
    return error_response(InvalidQuery(comment, status=error.status_code, headers=error.headers or {}))


def build(backend: Backend, pages: Callable[[Api], Sequence[BaseRoute]] = lambda api: ()) -> ASGIApp:
    """Build the whole application. pages: returns the routes of what is served besides the API."""
    settings = backend.services.settings
    api = Api(backend, ClientAddresses(settings.trusted_proxies, untrusted=backend.services.proxies.note))
    application = Starlette(
        routes=[*routes(api), *pages(api)],
        exception_handlers={HTTPException: _http_error, Exception: _fault},
    )
    application.router.redirect_slashes = False  # it would redirect to whatever the Host header says
    return Rim(application, leaving=backend.stopping.is_set)


def routes(api: Api) -> list[BaseRoute]:
    """Return the routes of everything that the server answers to, but for its pages."""
    backend, addresses = api.backend, api.addresses
    upload = UploadEndpoint(
        urls=backend.services.upload_urls,
        receiver=backend.receiver,
        settings=backend.services.settings,
        clients=addresses,
        wake=backend.wake,
    )
    return [
        Route("/api/{path:path}", api.serve, methods=ALL_METHODS),
        Route(PATH + "{token:path}", upload.serve, methods=ALL_METHODS),
        Route("/captions/{name}", outputs.serve_captions(backend, addresses), methods=["GET"]),
        Route(MEDIA.path + "{name}", renditions.serve_link(backend, addresses), methods=["GET"]),
        *health_routes(backend),
        *reference_routes(),
    ]
