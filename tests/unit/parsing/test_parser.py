"""Parsing in other processes: real ones, with their limits."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest

from scribedock.children.crew import WorkAbandoned
from scribedock.errors import InvalidQuery
from scribedock.parsing.parser import Parser, UnparsedBody
from scribedock_captions.elementlist.codec import emit, parse, to_json
from scribedock_captions.text.intelligence import annotated
from tests.captions.sample import say
from tests.support.hostile import MIB, open_ended, wide

LIST = say("The sea is deep.", "The harbour is not.")
ARGUMENTS = {"language": "en", "media_ms": LIST.end_time}


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    started = Parser(processes=2)
    yield started
    started.close()


def source(body: bytes, what: str = "ElementList") -> UnparsedBody:
    return UnparsedBody(what=what, file=BytesIO(body), size=len(body))


def test_a_list_is_returned_as_it_is_stored(parser: Parser) -> None:
    given = source(json.dumps(emit(LIST)).encode())
    kept = parser.submit("branch", "check_list", given, ARGUMENTS).future.result()
    assert parse(zlib.decompress(kept.body)) == LIST
    rich = parser.submit("branch", "annotate_list", source(kept.body)).future.result()
    assert zlib.decompress(rich.body) == to_json(annotated(LIST))


@pytest.mark.parametrize("start", [0, LIST.end_time + 10**6])
def test_times_after_the_end_of_the_recording_are_refused_wherever_the_list_begins(
    parser: Parser, start: int
) -> None:
    late = replace(LIST, start_time=start, end_time=start + LIST.end_time)
    arguments = {**ARGUMENTS, "media_ms": LIST.end_time - 1001}
    with pytest.raises(InvalidQuery, match=f"^end_time: the recording ends at {LIST.end_time - 1001} ms$"):
        parser.submit("branch", "check_list", source(to_json(late)), arguments).future.result()


def test_what_of_a_transcript_is_not_used_is_said(parser: Parser) -> None:
    body = b"Lost.\n\n1\n00:00:01,000 --> 00:00:02,000\nHi.\n"
    given = source(body, "transcript")
    facts = parser.submit("branch", "check_given_transcript", given, {"format": None}).future.result().facts
    assert facts == {"warnings": "line 1: text before the first times is left out: 'Lost.'"}


def test_errors_are_reported_as_the_library_words_them(parser: Parser) -> None:
    for body, words in (
        (b"{}", "ElementList: this JSON is not one"),
        (b'{"version": 1}', "version: an ElementList has"),
        (b"[" * 100_000, "The ElementList is not JSON"),
    ):
        with pytest.raises(InvalidQuery, match=f"^{words}") as refused:
            parser.submit("branch", "check_list", source(body), ARGUMENTS).future.result()
        assert refused.value.status == 400


def test_bodies_that_take_too_much_memory_are_too_large(parser: Parser) -> None:
    with pytest.raises(InvalidQuery, match="too much memory") as refused:
        parser.submit("branch", "check_list", source(wide(64 * MIB, b"{},")), ARGUMENTS).future.result()
    assert refused.value.status == 413
    assert parser.submit("branch", "check_json", source(b"{}")).future.result().facts == {}


def test_bodies_that_take_too_much_processor_time_are_too_large() -> None:
    parser = Parser(processes=1, cpu_s=0)
    many = source(to_json(say(*["All of this takes a while to be read."] * 12_000)))
    with pytest.raises(InvalidQuery, match="takes too long") as refused:
        parser.submit("branch", "annotate_list", source(zlib.compress(many.file.read()))).future.result()
    assert refused.value.status == 413
    parser.close()


def test_slow_parsing_is_ended() -> None:
    parser = Parser(processes=1, wall_s=0.001)
    with pytest.raises(InvalidQuery, match="takes too long"):
        parser.submit("branch", "check_list", source(wide(MIB)), ARGUMENTS).future.result()
    parser.close()


def test_unwanted_work_is_ended_or_never_begun(parser: Parser) -> None:
    tickets = [
        parser.submit("branch", "check_list", source(open_ended(8 * MIB)), ARGUMENTS) for _ in range(3)
    ]
    for ticket in reversed(tickets):
        ticket.abandon()
    for ticket in tickets[1:]:
        with pytest.raises(WorkAbandoned):
            ticket.future.result()
    assert parser.submit("branch", "check_json", source(b"{}")).future.result().facts == {}


def test_parameters_in_json_are_as_many_as_a_call_can_use(parser: Parser) -> None:
    for body, words in (
        (b'{"a":[' + b"0," * 10_000 + b"0]}", "more than 10,000 values"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "deeper than 32"),
        (b'{"a":' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"[]", "must be an object"),
    ):
        with pytest.raises(InvalidQuery, match=words):
            parser.submit("branch", "check_json", source(body, "body")).future.result()
