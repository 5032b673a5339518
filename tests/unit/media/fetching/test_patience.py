"""Fetches that are given up, against real servers on loopback."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from scribedock.media.fetching import patience
from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient
from scribedock.media.fetching.fetch_seat import fetch_crew
from scribedock.media.fetching.patience import Unwanted
from tests.support.loopback import LOOPBACK, serving

LIMITS = FetchLimits(max_bytes=10**6, timeout_s=60)


def drips(path: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def is_silent(path: str, connection: socket.socket) -> None:
    time.sleep(30)


@pytest.mark.parametrize("answer", [drips, is_silent])
def test_a_fetch_ends_when_it_is_no_longer_wanted(answer: object, tmp_path: Path) -> None:
    wanted = threading.Event()
    wanted.set()
    threading.Timer(0.5, wanted.clear).start()
    began = time.monotonic()
    with serving(answer) as server, pytest.raises(Unwanted):  # type: ignore[arg-type]
        GuardedClient(LOOPBACK).download(server.url, tmp_path / "f", LIMITS, wanted=wanted.is_set)
    assert time.monotonic() - began < 8


def test_a_silent_name_server_does_not_delay_the_fetch(tmp_path: Path) -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(30)
        return []

    began = time.monotonic()
    with pytest.raises(Unwanted):
        GuardedClient(LOOPBACK, resolver=resolve).download(
            "http://a.example/", tmp_path / "f", LIMITS, wanted=lambda: time.monotonic() - began < 0.5
        )
    assert time.monotonic() - began < 8


def test_a_fetch_from_a_slow_server_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(patience, "RATE_WINDOW_S", 1.0)
    limits = FetchLimits(max_bytes=10**6, timeout_s=60, min_rate=1024)
    with serving(drips) as server, pytest.raises(FetchFailed, match="too slowly"):
        GuardedClient(LOOPBACK).download(server.url, tmp_path / "f", limits)


def test_a_fetch_from_a_stalled_server_ends_after_the_stall_limit(tmp_path: Path) -> None:
    began = time.monotonic()
    limits = FetchLimits(max_bytes=10**6, timeout_s=60, stall_s=0.5)
    with serving(is_silent) as server, pytest.raises(FetchFailed, match="did not answer in time"):
        GuardedClient(LOOPBACK).download(server.url, tmp_path / "f", limits)
    assert time.monotonic() - began < 8


def test_a_fetch_of_a_call_ends_when_its_client_is_gone(tmp_path: Path) -> None:
    crew = fetch_crew()
    with serving(is_silent) as server:
        ticket = crew.submit(
            "branch",
            lambda seat: GuardedClient(LOOPBACK).download(
                server.url, tmp_path / "f", LIMITS, wanted=seat.is_wanted
            ),
        )
        threading.Timer(0.5, ticket.abandon).start()
        with pytest.raises(Unwanted):
            ticket.future.result(8)
    crew.close()
