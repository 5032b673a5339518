"""The answer of the search."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from scribedock.api.schema.answers import Date, Id, Milliseconds
from scribedock.jobs.iwp import Iwp


class SnippetText(TypedDict):
    Text: str
    Match: bool


class FoundPassage(TypedDict):
    """A passage that matches, with its time in the recording."""

    JobId: Id
    JobName: str
    ExternalID: str
    Language: str
    IwpName: Iwp
    Version: Date
    Start: Milliseconds
    End: Milliseconds
    Speaker: str
    Snippet: list[SnippetText]


class FoundPassages(TypedDict):
    """A page; `Cursor` is empty on the last. `JobsToIndex`: jobs whose newest words are not found yet."""

    Passages: list[FoundPassage]
    Cursor: str
    JobsToIndex: Annotated[int, Field(ge=0)]
