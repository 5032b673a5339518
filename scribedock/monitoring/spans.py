"""Spans of OpenTelemetry: requests, uploads, workflows and their steps, sent to a collector.

Off unless `SCRIBEDOCK_OTLP_URL` names one; it needs the extra `otel`. A request continues the trace of its
`traceparent`, and a workflow that of the request that caused it. Spans have the names of calls and steps, and
ids; no parameter, no path, no URL. Headers for the collector, and how much is sampled, are the exporter's own
settings (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scribedock import __version__
from scribedock.settings import SettingsError
from scribedock.tracing import NoteAttributes, continued_by, current_traceparent, measure_parts_by

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

PATH = "/v1/traces"
EXPORT_S = 3.0  # for a batch with its repetitions; a process that stops waits no longer
LACKING = "SCRIBEDOCK_OTLP_URL: traces need OpenTelemetry: pip install 'scribedock[otel]'"


class SpanKind(StrEnum):
    """What a span is about, as OpenTelemetry names it."""

    SERVER = "SERVER"  # a request that is answered
    CONSUMER = "CONSUMER"  # work that was queued
    INTERNAL = "INTERNAL"


class _State:
    provider: TracerProvider | None = None
    tracer: Tracer | None = None


def start(url: str | None, *, role: str) -> None:
    """Send this process's spans to the collector at `url` from now on; None: to none.

    role: `server` or `worker`. Raises SettingsError where OpenTelemetry is not installed.
    """
    if url is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(LACKING) from None
    exporter = OTLPSpanExporter(endpoint=url.rstrip("/") + PATH, timeout=EXPORT_S)
    export_to(exporter, role=role, processor=BatchSpanProcessor)


def export_to(exporter: SpanExporter, *, role: str, processor: Any) -> None:
    """Hand this process's spans to an exporter, by a processor of OpenTelemetry's."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    described = {
        "service.name": "scribedock",
        "service.version": __version__,
        "service.instance.id": f"{role}@{socket.gethostname()}",
    }
    _State.provider = TracerProvider(resource=Resource.create(described), shutdown_on_exit=False)
    _State.provider.add_span_processor(processor(exporter))
    _State.tracer = _State.provider.get_tracer("scribedock", __version__)
    measure_parts_by(_part)


def stop() -> None:
    """Send what is left, and no more."""
    provider, _State.provider, _State.tracer = _State.provider, None, None
    measure_parts_by(None)
    if provider is not None:
        provider.shutdown()


class OpenSpan:
    """A span that is not over yet; where spans are off, nothing comes of it."""

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    @property
    def trace_id(self) -> str | None:
        """The trace that the span belongs to: 32 hex digits; None where spans are off."""
        return None if self._span is None else f"{self._span.get_span_context().trace_id:032x}"

    def rename(self, name: str) -> None:
        if self._span is not None:
            self._span.update_name(name)

    def note(self, **attributes: str | int) -> None:
        """Add attributes; two underscores in a name stand for a dot."""
        if self._span is not None:
            for name, value in attributes.items():
                self._span.set_attribute(name.replace("__", "."), value)

    @contextmanager
    def continued(self) -> Iterator[None]:
        """Let what is measured and queued in the block continue the span."""
        if self._span is None:
            yield
            return
        begun = self._span.get_span_context()
        with continued_by(f"00-{begun.trace_id:032x}-{begun.span_id:016x}-{begun.trace_flags:02x}"):
            yield

    def end(self) -> None:
        """End the span, if it has not ended."""
        if self._span is not None:
            self._span.end()
            self._span = None

    def fail(self) -> None:
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_status(Status(StatusCode.ERROR))


def open_span(name: str, kind: SpanKind = SpanKind.INTERNAL, *, parent: str | None = None) -> OpenSpan:
    """Begin a span that `end` ends, in whichever thread. Arguments as of `span`."""
    tracer = _State.tracer
    if tracer is None:
        return OpenSpan()
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {"traceparent": found} if (found := parent or current_traceparent()) else {}
    context = TraceContextTextMapPropagator().extract(carrier, context=None)
    return OpenSpan(tracer.start_span(name, context=context, kind=trace.SpanKind[kind.value]))


@contextmanager
def span(name: str, kind: SpanKind = SpanKind.INTERNAL, *, parent: str | None = None) -> Iterator[OpenSpan]:
    """Measure the block as a span; work that is queued in it continues the trace.

    parent: a `traceparent` to continue; None: that of the span around, if there is one. An exception that
    leaves the block fails the span: its kind is noted, and not its text, which may have contents.
    """
    shown = open_span(name, kind, parent=parent)
    try:
        with shown.continued():
            yield shown
    except BaseException as error:
        shown.note(error__type=type(error).__name__)
        shown.fail()
        raise
    finally:
        shown.end()


@contextmanager
def _part(name: str) -> Iterator[NoteAttributes]:
    with span(name) as shown:
        yield shown.note
