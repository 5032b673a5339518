"""The audit log sent to syslog servers: real sockets of each kind, and each entry once."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import pytest

from scribedock.reports.audit import AuditEntry
from scribedock.reports.audit_export import PositionFile, export
from scribedock.reports.syslog import SyslogError, SyslogSender, SyslogTarget, message
from scribedock.settings import SettingsError
from tests.support.commands import done, refusal
from tests.support.core import Core
from tests.support.machine.certificates import certificate

WAIT_S = 30
AT = datetime(2026, 11, 27, 10, 15, 0, 123456, tzinfo=UTC)
# RFC 5424 §6, as far as our messages use it.
SYNTAX = re.compile(
    r"<(?P<priority>\d{1,3})>1 (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>[!-~]{1,255}) "
    r"(?P<program>[!-~]{1,48}) - (?P<id>[!-~]{1,32}) - (?P<text>.*)",
    re.ASCII | re.DOTALL,
)


def parsed(sent: bytes) -> re.Match[str]:
    found = SYNTAX.fullmatch(sent.decode())
    assert found is not None, sent
    return found


def frames(stream: bytes) -> list[bytes]:
    """Divide what came over TCP as RFC 6587 §3.4.1 has it."""
    found = []
    while stream:
        length, _, stream = stream.partition(b" ")
        found.append(stream[: int(length)])
        stream = stream[int(length) :]
    return found


@contextmanager
def stream_server(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, Queue[bytes]]]:
    """Accepts one connection after the other, and puts the bytes of each in the queue when it has ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    came: Queue[bytes] = Queue()

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) if context else connection as peer:
                    parts = []
                    while part := peer.recv(65536):
                        parts.append(part)
                came.put(b"".join(parts))
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1], came
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def noted(core: Core, *calls: str) -> None:
    for call in calls:
        entry = core.services.audit.begin_entry(account_id=core.admin.id, address="192.0.2.1", call=call)
        core.services.audit.end_entry(entry, "done")


@pytest.fixture
def position(tmp_path: Path) -> Iterator[PositionFile]:
    opened = PositionFile(tmp_path / "export" / "position.json")
    yield opened
    opened.close()


def sent(core: Core, position: PositionFile, later_s: float = 0) -> list[str]:
    found: list[AuditEntry] = []
    export(core.services.audit, position, found.append, core.clock.now() + timedelta(seconds=later_s))
    return [each.call for each in found]


def test_a_message_is_what_rfc_5424_says() -> None:
    found = parsed(message('{"a": 1}', at=AT, host="captions-1", message_id="account/login", severity=6))
    assert int(found["priority"]) == 13 * 8 + 6
    assert (found["at"], found["host"], found["program"]) == (
        "2026-11-27T10:15:00.123456Z",
        "captions-1",
        "scribedock",
    )
    assert (found["id"], found["text"]) == ("account/login", '{"a": 1}')


def test_nothing_that_somebody_names_can_forge_a_message() -> None:
    hostile = "x y\n<14>1 - evil\x1b"
    found = parsed(message("one\nline\r\n", at=AT, host=hostile, message_id=hostile * 9, severity=5))
    assert found["host"] == "x-y-<14>1---evil-" and len(found["id"]) == 32
    assert found["text"] == "one line"


def test_each_entry_is_sent_once(core: Core, position: PositionFile) -> None:
    noted(core, "job/new", "job/delete")
    assert sent(core, position) == ["job/new", "job/delete"]
    assert sent(core, position) == []
    noted(core, "account/create")
    assert sent(core, position) == ["account/create"]


def test_the_position_outlasts_the_process(core: Core, tmp_path: Path) -> None:
    noted(core, "job/new")
    for expected in (["job/new"], []):
        opened = PositionFile(tmp_path / "position.json")
        assert sent(core, opened) == expected
        opened.close()


def test_what_was_sent_before_a_failure_is_not_sent_again(core: Core, position: PositionFile) -> None:
    noted(core, "one", "two", "three")
    got: list[str] = []

    def fail_at_two(entry: AuditEntry) -> None:
        if entry.call == "two" and got == ["one"]:
            raise SyslogError("the server is away")
        got.append(entry.call)

    with pytest.raises(SyslogError):
        export(core.services.audit, position, fail_at_two, core.clock.now())
    assert got == ["one"]
    assert sent(core, position) == ["two", "three"]


def test_an_entry_waits_for_its_outcome_and_no_longer_than_a_minute(
    core: Core, position: PositionFile
) -> None:
    open_entry = core.services.audit.begin_entry(account_id=core.admin.id, address="a", call="job/add_media")
    noted(core, "job/new")
    assert sent(core, position) == []
    assert sent(core, position, later_s=61) == ["job/add_media", "job/new"]
    core.services.audit.end_entry(open_entry, "done")
    assert sent(core, position, later_s=61) == []


def test_failed_logins_are_sent_once_their_minute_is_over(core: Core, position: PositionFile) -> None:
    for _ in range(3):
        core.services.failed_logins.note("admin", "192.0.2.1")
    core.services.failed_logins.note("nobody", "192.0.2.2")
    found: list[AuditEntry] = []
    export(core.services.audit, position, found.append, core.clock.now())
    assert found == []
    later = core.clock.now() + timedelta(minutes=4)
    export(core.services.audit, position, found.append, later)
    assert sorted((each.address, each.times) for each in found) == [("192.0.2.1", 3), ("192.0.2.2", 1)]
    export(core.services.audit, position, found.append, later)
    assert len(found) == 2


def test_one_export_at_a_time_sends_to_a_server(position: PositionFile, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="another"):
        PositionFile(tmp_path / "export" / "position.json")


def test_datagrams_reach_udp_and_local_sockets(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local,
    ):
        udp.bind(("127.0.0.1", 0))
        local.bind(str(tmp_path / "log"))
        for server, url in (
            (udp, f"udp://127.0.0.1:{udp.getsockname()[1]}"),
            (local, f"unix://{tmp_path / 'log'}"),
        ):
            sender = SyslogSender(SyslogTarget.parse(url))
            sender.send(b"a message")
            assert server.recv(1000) == b"a message"
            sender.close()


def test_messages_over_tcp_are_framed_by_their_length() -> None:
    with stream_server() as (port, came):
        sender = SyslogSender(SyslogTarget.parse(f"tcp://127.0.0.1:{port}"))
        sender.send("é\n".encode())
        sender.send(b"2 b")
        sender.close()
        assert frames(came.get(timeout=WAIT_S)) == ["é\n".encode(), b"2 b"]


def test_over_tls_the_server_must_be_who_it_says(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with stream_server(context) as (port, came):
        target = SyslogTarget.parse(f"tls://localhost:{port}")
        trusting = SyslogSender(target, authorities=chain)
        trusting.send(b"a message")
        trusting.close()
        with pytest.raises(SyslogError, match="certificate"):
            SyslogSender(target).send(b"a message")
        assert frames(came.get(timeout=WAIT_S)) == [b"a message"]


def test_a_connection_that_the_server_closed_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sender = SyslogSender(SyslogTarget.parse(f"tcp://127.0.0.1:{listening.getsockname()[1]}"))
        sender.send(b"one")
        accepted, _ = listening.accept()
        assert accepted.recv(100) == b"3 one"
        accepted.close()
        with pytest.raises(SyslogError, match="cannot be reached"):
            for _ in range(100):
                sender.send(b"two")
        sender.send(b"two")
        again, _ = listening.accept()
        assert again.recv(100) == b"3 two"
        again.close()
        sender.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "logs.example.org",
        "http://logs.example.org",
        "udp://",
        "tcp://h:99999",
        "unix://relative",
        "tls://h/x",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(SyslogError, match="no address"):
        SyslogTarget.parse(url)


def test_the_command_sends_what_is_new(core: Core, tmp_path: Path) -> None:
    noted(core, "job/new", "webhooks add")
    with stream_server() as (port, came):
        command = ("audit", "export", "--syslog", f"tcp://127.0.0.1:{port}", "--data-dir", str(tmp_path))
        assert done(*command) == "2 entries sent\n"
        assert done(*command) == "0 entries sent\n"
        got = [parsed(each) for each in frames(came.get(timeout=WAIT_S))]
    assert [each["id"] for each in got] == ["job/new", "webhooks-add"]
    entries = [json.loads(each["text"]) for each in got]
    assert [each["call"] for each in entries] == ["job/new", "webhooks add"]
    assert entries[1]["previous"] == entries[0]["hash"]
    unreachable = refusal("audit", "export", "--syslog", "tcp://127.0.0.1:1", "--data-dir", str(tmp_path))
    assert "tcp://127.0.0.1:1 cannot be reached" in unreachable
