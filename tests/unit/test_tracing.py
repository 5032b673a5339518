"""The request that a line of the log belongs to."""

from __future__ import annotations

import re
import threading

import pytest
import structlog

from scribedock.tracing import RequestTrace, caused_by, current_request_id, in_trace, read_trace, traced

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_ids_of_the_client_are_taken_over() -> None:
    assert read_trace(["order-17/a"], [PARENT]) == RequestTrace(request_id="order-17/a", trace_id=TRACE)
    assert read_trace([], [PARENT]).request_id == TRACE


@pytest.mark.parametrize(
    "given", [[], [""], ["a b"], ["a\nb"], ["ä"], ["x" * 129], ["a", "b"], ["\x1b[2J"], ['"'], ["{a}"]]
)
def test_what_is_missing_repeated_or_malformed_is_made(given: list[str]) -> None:
    made = read_trace(given, [])
    assert re.fullmatch("[0-9a-f]{32}", made.request_id) and made.trace_id == made.request_id
    assert read_trace(given, []) != made


@pytest.mark.parametrize(
    "header",
    [
        "",
        TRACE,
        PARENT.upper(),
        PARENT + "-more",  # not in version 00
        "ff" + PARENT[2:],
        PARENT.replace(TRACE, "0" * 32),
        PARENT.replace("00f067aa0ba902b7", "0" * 16),
        PARENT + "\n" + PARENT,
    ],
)
def test_a_traceparent_that_the_specification_forbids_is_not_taken_over(header: str) -> None:
    assert read_trace([], [header]).trace_id != TRACE


def test_a_later_version_of_traceparent_may_have_more() -> None:
    assert read_trace([], ["01" + PARENT[2:] + "-what-the-future-has"]).trace_id == TRACE
    assert read_trace([], [PARENT, PARENT]).trace_id != TRACE


def test_what_runs_within_a_request_knows_it_in_any_thread() -> None:
    found: list[object] = []
    trace = RequestTrace(request_id="mine", trace_id=TRACE)
    thread = threading.Thread(
        target=in_trace(trace, lambda: found.append(structlog.contextvars.get_contextvars()))
    )
    thread.start()
    thread.join()
    assert found == [{"request": "mine", "trace": TRACE}]
    with traced(RequestTrace(request_id=TRACE, trace_id=TRACE)):
        assert structlog.contextvars.get_contextvars() == {"request": TRACE}
    assert current_request_id() is None


def test_work_without_a_known_cause_has_none() -> None:
    with caused_by(""):
        assert current_request_id() is None
    with caused_by("mine"):
        assert current_request_id() == "mine"
