"""The registry of calls: each is a model of its parameters and a function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Event
from typing import Any, Generic, TypedDict, TypeVar, Unpack

import structlog
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from starlette.requests import Request
from starlette.responses import Response

from scribedock.accounts.accounts import Account
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.scopes import Right
from scribedock.accounts.sessions import Dialect, Session
from scribedock.api.progress_hub import ProgressHub
from scribedock.api.schema.parameters import Parameters, Raw
from scribedock.api.transport.waiting import ARCHIVES_AT_ONCE, BranchLimit
from scribedock.app import Services
from scribedock.budgets.rates import RateKind
from scribedock.children.crew import Crew
from scribedock.errors import BadApiToken
from scribedock.media.fetching.fetch_seat import FetchSeat
from scribedock.ordering.capabilities import Capabilities
from scribedock.parsing.parser import Parser
from scribedock.persons.person import Person
from scribedock.rendering.renderings import Renderings
from scribedock.sandbox.example import Example
from scribedock.uploads.transfer.receiver import Receiver
from scribedock.workflow.engine_client import EngineClient

log = structlog.get_logger("scribedock.api")

Answer = Mapping[str, Any] | list[Any] | None | Response
P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, kw_only=True)
class Backend:
    """The parts that serve the calls, for the life of the server."""

    services: Services
    engine: EngineClient
    capabilities: Capabilities
    renderings: Renderings
    parser: Parser
    fetches: Crew[FetchSeat]  # fetches that a call waits for
    bodies: BranchLimit  # limits the large bodies being received
    receiver: Receiver  # moves recordings to the store
    example: Example | None = None  # of the reference; only where the whole server is a sandbox
    stopping: Event = field(default_factory=Event)  # set once it is told to stop
    # Limits the archives being made.
    archives: BranchLimit = field(default_factory=lambda: BranchLimit(ARCHIVES_AT_ONCE))
    progress: ProgressHub = field(default_factory=ProgressHub)  # who watches the progress of jobs
    wake: Callable[[], None] = lambda: None  # notifies the worker beside the server that there is work

    def close(self) -> None:
        """End the processes and threads that work for calls."""
        self.renderings.close()
        self.parser.close()
        self.fetches.close()


@dataclass(kw_only=True)
class Context:
    """The caller of a call, and the parts that serve it. For one thread at a time."""

    backend: Backend
    request: Request
    base_url: str
    client: ClientAddress
    session: Session | None
    json_body: bool  # the request carried a JSON body
    person: Person | None = None  # who calls from the web pages, in the name of the session's account
    # What `Notice` of an order says of the parameters that the call does not know.
    remark_on_unknown: str = ""
    remark_on_misspelt: str = ""
    _account: tuple[Account, frozenset[str]] | None = None  # and the accounts visible to it

    @property
    def services(self) -> Services:
        return self.backend.services

    @property
    def capabilities(self) -> Capabilities:
        return self.backend.capabilities

    @property
    def account(self) -> Account:
        """The caller's account. Raises BadApiToken."""
        return self._known[0]

    @property
    def visible_accounts(self) -> frozenset[str]:
        """The ids of the account and all its descendants. Raises BadApiToken."""
        return self._known[1]

    @property
    def branch(self) -> str:
        """The account's branch of the tree, where branches take turns. Raises BadApiToken."""
        return self.account.branch_id

    @property
    def _known(self) -> tuple[Account, frozenset[str]]:
        if self._account is None:
            accounts = self.services.accounts
            self._account = accounts.with_visible_accounts(self.session.account_id) if self.session else None
            if self._account is None or self._account[0].disabled is not None:
                raise BadApiToken
        return self._account

    @property
    def person_id(self) -> str | None:
        """The id of the person who calls; None where an account calls by the API."""
        return None if self.person is None else self.person.id

    def is_shared(self, account_id: str) -> bool:
        """Return whether strangers share the account: it is that of the reference's examples."""
        example = self.backend.example
        return example is not None and example.account_id == account_id

    @property
    def dialect(self) -> Dialect:
        return self.session.dialect if self.session else Dialect.CLASSIC


@dataclass(frozen=True, kw_only=True)
class ConditionalRight:
    """What a call takes where that depends on its parameters."""

    usual: Right
    special: Right
    when: Callable[[Any], bool]  # whether these parameters take the special right
    case: str  # the same in the words of the documentation


@dataclass(frozen=True, kw_only=True)
class Call(Generic[P]):
    path: str
    model: type[P]
    function: Callable[[Context, P], Answer | Awaitable[Answer]]
    answer: str  # an example of success, for the reference
    # What the session must be allowed to do, perhaps depending on the parameters.
    needs: Right | ConditionalRight
    # Media types of the answer, and the type of each: `bytes` is a file. Without them, the answer is the JSON
    # that the function returns, or nothing.
    content: Mapping[str, Any] = field(default_factory=dict)
    # The JSON that the function returns to a method, where its annotation also has another method's.
    returns: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200  # of success with a body
    empty: Mapping[str, int] = field(default_factory=dict)  # of success without a body, by method; else 204
    also: Mapping[int, str] = field(default_factory=dict)  # other answers that are no errors, and when
    refusals: tuple[int, ...] = ()  # statuses of errors besides those of every call
    problems: Mapping[int, Any] = field(default_factory=dict)  # bodies of errors that say more, by status
    headers: Mapping[str, str] = field(default_factory=dict)  # of the request, and their meaning
    body: Mapping[str, Any] = field(default_factory=dict)  # media types of a body that is a file
    methods: tuple[str, ...] = ("GET", "POST")
    needs_token: bool = True
    # Whether it is a deed, which the audit log must have; see `auditing`.
    changes: bool | Callable[[Any], bool] = True
    # Whether it gives a transcript or a recording away, which the audit log has where a setting says so.
    reads_content: bool = False
    # Whether it gives one away in another way: by a link, or with entries of its own in the audit log.
    shows_content: bool = False
    brief: bool = False  # reads a few rows, and never waits for anything else
    optional_version: bool = False
    body_is_file: Callable[[Raw], bool] = field(default=lambda query: False)
    aliases: tuple[str, ...] = ()
    rate: RateKind | None = None  # counted for the rates of requests
    is_vendors: bool = True  # the vendor's API has it, and its reference examples

    def is_deed(self, parameters: Parameters) -> bool:
        """Return whether the audit log must have the call with these parameters."""
        return self.changes if isinstance(self.changes, bool) else self.changes(parameters)

    def needed_right(self, parameters: Parameters) -> Right:
        """Return what a session must be allowed to do to make the call with these parameters."""
        if isinstance(self.needs, Right):
            return self.needs
        return self.needs.special if self.needs.when(parameters) else self.needs.usual

    @property
    def gives_contents(self) -> bool:
        """Whether a transcript or a recording can be read by it."""
        return self.reads_content or self.shows_content

    def empty_status(self, method: str) -> int:
        """Return the status of success with an empty answer."""
        return self.empty.get(method, 204)


class CallOptions(TypedDict, total=False):
    """The fields of a Call that have a default."""

    content: Mapping[str, Any]
    returns: Mapping[str, Any]
    status: int
    empty: Mapping[str, int]
    also: Mapping[int, str]
    refusals: tuple[int, ...]
    problems: Mapping[int, Any]
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    methods: tuple[str, ...]
    needs_token: bool
    changes: bool | Callable[[Any], bool]
    reads_content: bool
    shows_content: bool
    brief: bool
    optional_version: bool
    body_is_file: Callable[[Raw], bool]
    aliases: tuple[str, ...]
    rate: RateKind | None
    is_vendors: bool


CALLS: dict[str, Call[Any]] = {}
OF_EVERY_CALL = ("v", "api_token")


@cache
def parameter_names(path: str) -> frozenset[str]:
    """Return the names under which parameters may be sent to the call at this path."""
    names = (name for field in CALLS[path].model.model_fields.items() for name in spellings(*field))
    return frozenset((*OF_EVERY_CALL, *names))


def spellings(name: str, field: FieldInfo) -> list[str]:
    """Return the names under which one parameter may be sent."""
    alias = field.validation_alias
    aliases = (
        [each for each in alias.choices if isinstance(each, str)] if isinstance(alias, AliasChoices) else []
    )
    return [name, *aliases]


def call(
    path: str,
    model: type[P],
    *,
    answer: str,
    needs: Right | ConditionalRight,
    **options: Unpack[CallOptions],
) -> Callable[[Callable[[Context, P], Any]], Callable[[Context, P], Any]]:
    """Register the decorated function as the call at `path` (below `/api/`)."""

    def register(function: Callable[[Context, P], Any]) -> Callable[[Context, P], Any]:
        registered: Call[P] = Call(
            path=path, model=model, function=function, answer=answer, needs=needs, **options
        )
        for name in (path, *registered.aliases):
            CALLS[name] = registered
        return function

    return register
