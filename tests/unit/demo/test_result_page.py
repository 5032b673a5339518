from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from scribedock.demo.result_page import show_page
from scribedock.demo.server import OwnServer

JOB = "0" * 32


@pytest.fixture
def server(tmp_path: Path) -> OwnServer:
    server = OwnServer(tmp_path, password="[secret]")
    server.base_url = "http://127.0.0.1:4711"
    return server


def test_at_a_terminal_the_page_and_how_to_sign_in_are_said_while_the_server_runs(server: OwnServer) -> None:
    printed = StringIO()
    said_before: list[str] = []

    def wait() -> str:
        said_before.append(printed.getvalue())
        return ""

    show_page(Console(file=printed), server, JOB, is_interactive=True, wait=wait)
    [said] = said_before
    assert f"http://127.0.0.1:4711/web/jobs/{JOB}" in said and "admin" in said and "[secret]" in said


@pytest.mark.parametrize("interruption", [EOFError, KeyboardInterrupt])
def test_whoever_ends_it_in_another_way_ends_it_well(
    server: OwnServer, interruption: type[BaseException]
) -> None:
    def wait() -> str:
        raise interruption

    show_page(Console(file=StringIO()), server, JOB, is_interactive=True, wait=wait)


def test_elsewhere_nobody_is_waited_for(server: OwnServer) -> None:
    printed = StringIO()

    def wait() -> str:
        raise AssertionError("it waits")

    show_page(Console(file=printed), server, JOB, is_interactive=False, wait=wait)
    assert "make serve" in printed.getvalue() and "[secret]" not in printed.getvalue()
