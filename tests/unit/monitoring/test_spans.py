"""Spans of OpenTelemetry: what they are about, what they continue, and that a real collector gets them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from scribedock.api.transport.counting import CALL
from scribedock.api.transport.rim import Rim
from scribedock.dispatch.queues import Queue
from scribedock.monitoring import spans
from scribedock.testing import RecordedSteps
from scribedock.tracing import RequestTrace, current_traceparent, traced
from scribedock.uploads.core.errors import UrlClosed
from scribedock.uploads.core.request import Action, Protocol
from scribedock.workflow.saved_steps import parallel_steps, saved_by, step
from tests.support.collector import Collector, spans_in
from tests.support.core import Core
from tests.support.core_uploads import UploadClient
from tests.support.operated import ordered

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
WAIT_S = 30


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    spans.export_to(exporter, role="server", processor=SimpleSpanProcessor)
    yield exporter
    spans.stop()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {each.name: each for each in exporter.get_finished_spans()}


def parent_of(each: ReadableSpan) -> int | None:
    return None if each.parent is None else each.parent.span_id


def ask(status: int = 200, **headers: str) -> httpx2.Response:
    """Ask an application behind the rim, which answers with this status as the call job/info."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope[CALL] = "job/info"
        with spans.span("inside"):
            await Response(status_code=status)(scope, receive, send)

    async def once() -> httpx2.Response:
        transport = httpx2.ASGITransport(Rim(answer))
        async with httpx2.AsyncClient(transport=transport, base_url="http://a") as client:
            return await client.get("/api/job/info?api_token=secret", headers=headers)

    return asyncio.run(once())


def test_a_request_continues_the_trace_of_its_traceparent(exported: InMemorySpanExporter) -> None:
    answer = ask(traceparent=f"00-{TRACE}-{PARENT}-01")
    found = by_name(exported)
    request, inside = found["GET job/info"], found["inside"]
    assert f"{request.context.trace_id:032x}" == TRACE and parent_of(request) == int(PARENT, 16)
    assert parent_of(inside) == request.context.span_id
    assert request.kind.name == "SERVER" and request.status.is_ok
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "job/info",
        "http.response.status_code": 200,
        "scribedock.request_id": TRACE,
    }
    assert answer.headers["X-Request-Id"] == TRACE
    assert "secret" not in str([each.to_json() for each in exported.get_finished_spans()])


@pytest.mark.parametrize("given", ["", "00-0-0-01", f"00-{'0' * 32}-{PARENT}-01", "nonsense"])
def test_without_a_usable_one_a_request_begins_a_trace_that_the_log_names_too(
    exported: InMemorySpanExporter, given: str
) -> None:
    answer = ask(traceparent=given)
    request = by_name(exported)["GET job/info"]
    assert request.parent is None
    assert answer.headers["X-Request-Id"] == f"{request.context.trace_id:032x}" != TRACE


def test_an_answer_of_500_fails_the_span_and_one_of_400_does_not(exported: InMemorySpanExporter) -> None:
    ask(status=500)
    ask(status=400)
    ends = [each.status.is_ok for each in exported.get_finished_spans() if each.name == "GET job/info"]
    assert ends == [False, True]


def test_work_continues_the_trace_of_what_caused_it(core: Core, exported: InMemorySpanExporter) -> None:
    with spans.span("an order"):
        around = current_traceparent()
        job = ordered(core.services)
    assert job.order_task_id is not None
    origin = core.services.work.origin_of(job.order_task_id)
    assert origin.traceparent == around
    queue, consumer = Queue.TRANSCRIPTION.value, spans.SpanKind.CONSUMER
    with spans.span(queue, consumer, parent=origin.traceparent), saved_by(RecordedSteps()):
        step("probe", lambda: None)
        parallel_steps("recognize", abs, [1, 2], threads=1)
    found = by_name(exported)
    assert parent_of(found["transcription"]) == found["an order"].context.span_id
    assert {parent_of(found[name]) for name in ("probe", "recognize")} == {
        found["transcription"].context.span_id
    }
    assert dict(found["recognize"].attributes or {}) == {"scribedock.items": 2}


def test_the_parts_of_an_upload_are_spans_with_the_request_and_the_job(
    core: Core, exported: InMemorySpanExporter
) -> None:
    request = RequestTrace(request_id="upload-17", trace_id=TRACE)
    client = UploadClient(core)
    with spans.span("PUT upload URL") as shown, traced(request):
        client.put()
        around = shown.trace_id
    found = by_name(exported)
    for name in ("admit upload", "finish upload"):
        assert parent_of(found[name]) == found["PUT upload URL"].context.span_id
        assert dict(found[name].attributes or {}) == {
            "scribedock.request_id": "upload-17",
            "scribedock.job_id": client.job.id,
        }
    media = core.services.media.media_of_job(client.job.id)
    assert media is not None
    probe = core.services.work.origin_of(media.task_id).traceparent
    assert probe is not None and probe.split("-")[1] == around


def test_an_upload_that_is_refused_or_cancelled_is_told_apart(
    core: Core, exported: InMemorySpanExporter
) -> None:
    client = UploadClient(core)
    client.uploads.terminate(client.request(Action.TERMINATE, protocol=Protocol.TUS))
    with pytest.raises(UrlClosed):
        client.put()
    found = by_name(exported)
    assert found["cancel upload"].status.is_ok
    refused = found["admit upload"]
    assert not refused.status.is_ok and (refused.attributes or {})["scribedock.job_id"] == client.job.id
    assert "finish upload" not in found


def test_a_failed_step_says_what_kind_of_error_it_was_and_no_more(exported: InMemorySpanExporter) -> None:
    def fail() -> None:
        raise ValueError("the words of a recording")

    with pytest.raises(ValueError, match="words"), saved_by(RecordedSteps()):
        step("recognize", fail)
    (found,) = exported.get_finished_spans()
    assert not found.status.is_ok and dict(found.attributes or {}) == {"error.type": "ValueError"}
    assert "words of" not in found.to_json()


def test_without_a_collector_nothing_is_traced(core: Core) -> None:
    with spans.span("an order") as shown:
        assert shown.trace_id is None and current_traceparent() is None
        shown.note(a__b="c")
        shown.fail()
        job = ordered(core.services)
    assert core.services.work.origin_of(job.order_task_id or "").traceparent is None


def test_a_collector_gets_every_span_at_the_latest_when_the_process_ends() -> None:
    with Collector() as collector:
        spans.start(f"{collector.url}/", role="worker")
        with spans.span("transcription", spans.SpanKind.CONSUMER):
            pass
        spans.stop()
        path, got = collector.received.get(timeout=WAIT_S)
    assert path == "/v1/traces"
    (of_resource,) = got.resource_spans
    described = {each.key: each.value.string_value for each in of_resource.resource.attributes}
    assert described["service.name"] == "scribedock"
    assert described["service.instance.id"].startswith("worker@")
    assert [each.name for each in spans_in(got)] == ["transcription"]
