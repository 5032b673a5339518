"""The log on standard error: one JSON object a line, logfmt, or coloured lines for people."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from enum import StrEnum
from io import StringIO
from typing import TextIO, cast

import structlog

from scribedock.host.terminal import printable, printable_json

LIBRARY_LOGGERS = ("uvicorn", "uvicorn.error", "dbos", "alembic", "httpx2", "httpcore2", "faster_whisper")


# URLs in errors: of customers' URLs only the host is logged, and no token of ours.
_URL = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20})(://|%3a%2f%2f)([^\s\"'<>\\]*)")
_END_OF_AUTHORITY = re.compile(r"(?i)/|\?|#|%2f|%3f|%23")
_USER = re.compile(r"(?i).*(?:@|%40)")
_QUERY = re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*")
_ADDRESS = re.compile(r"[\w.+%-]+@([\w-]+(?:\.[\w-]+)+)")  # of mail
_SIGNED = re.compile(r"(/(?:upload|media|approve|captions|web/link)/)[A-Za-z0-9._~%-]{20,}")


def without_secrets(text: str) -> str:
    """Return the text without secrets.

    Of URLs only scheme and host are left, of mail addresses only the domain; query strings and tokens in
    paths are removed.
    """
    if not any(mark in text for mark in "/?%@"):
        return text
    hosts = _ADDRESS.sub(r"…@\1", _URL.sub(_host_only, text))
    return _SIGNED.sub(r"\1…", _QUERY.sub("?…", hosts))


def _host_only(found: re.Match[str]) -> str:
    authority, *rest = _END_OF_AUTHORITY.split(found[3], maxsplit=1)
    host = _USER.sub("", authority)
    return f"{found[1]}{found[2]}{host}{'/…' if rest and rest[0] else ''}"


def _mask(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = without_secrets(value)
    return event


class LossyStream:
    """Standard error, which drops what cannot be written: no call may fail because the log's disk is full."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.flush()


def _harmless(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Return the event with texts that are safe for a terminal."""
    return {
        printable(name): printable(value) if isinstance(value, str) else value
        for name, value in event.items()
    }


def _write_traceback(file: TextIO, error: structlog.typing.ExcInfo) -> None:
    text = StringIO()
    structlog.dev.plain_traceback(text, error)
    file.write(printable(text.getvalue(), keep="\n"))


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"
    LOGFMT = "logfmt"


def format_named(name: str) -> LogFormat:
    """Return the format of this name; `auto` is the console's on a terminal, otherwise JSON."""
    if name == "auto":
        return LogFormat.CONSOLE if sys.stderr.isatty() else LogFormat.JSON
    return LogFormat(name)


def _renderer(form: LogFormat) -> list[structlog.types.Processor]:
    if form is LogFormat.JSON:
        return [
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            lambda _, __, line: printable_json(str(line)),
        ]
    if form is LogFormat.LOGFMT:
        return [
            structlog.processors.format_exc_info,
            _mask,
            _harmless,
            structlog.processors.LogfmtRenderer(
                key_order=("timestamp", "level", "event"), bool_as_flag=False
            ),
        ]
    return [
        structlog.processors.format_exc_info,
        _mask,
        _harmless,
        structlog.dev.ConsoleRenderer(pad_event_to=0, exception_formatter=_write_traceback),
    ]


def configure(form: LogFormat, *, level: str = "info") -> None:
    """Set up structlog; other libraries log from WARNING on, in the same form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = _renderer(form)
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, LossyStream())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(LossyStream())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in LIBRARY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
