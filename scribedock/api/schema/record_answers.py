"""The answers of the calls about what became of a job: its callbacks, its guidelines, its audit log."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from scribedock.api.schema.answers import Date, Id, Milliseconds, PerhapsDate
from scribedock.jobs.iwp import Iwp
from scribedock.orders.callback_listing import CallbackState


class CallbackTry(TypedDict):
    """A try; `http_status` is absent where there was no answer, `problem` empty after a success."""

    at: Date
    http_status: NotRequired[int]
    problem: str
    duration: Milliseconds


class JobCallback(TypedDict):
    """A callback; `iwp_name` is empty where it says that the job failed."""

    callback_id: Id
    iwp_name: Iwp | Annotated[str, Field(max_length=0)]
    url: str
    state: CallbackState
    created: Date
    next_try: PerhapsDate
    tries: list[CallbackTry]


class JobGuideline(TypedDict):
    """A guideline; `text` is absent where it is no text, and `truncated` says that there is more of it."""

    name: str
    added: Date
    size: Annotated[int, Field(ge=0)]
    is_html: bool
    text: NotRequired[str]
    truncated: NotRequired[bool]


class JobAuditEntry(TypedDict):
    """An entry; names and address are empty where its account is above the caller's."""

    at: Date
    call: str
    username: str
    person: str
    address: str
    outcome: str
