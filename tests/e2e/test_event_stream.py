"""The stream of events of a page, on a server that is stopped."""

from __future__ import annotations

from pathlib import Path

import httpx2

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.fixtures import QUICK


def test_a_page_that_is_open_does_not_hold_up_a_server_that_stops(tmp_path: Path) -> None:
    server = OwnServer(tmp_path, **QUICK)
    with server, httpx2.Client(base_url=server.base_url, trust_env=False, timeout=60) as browser:
        form = {"username": "admin", "password": server.password, "next": "/web/you"}
        browser.post("/web/sign-in", data=form, headers={"Origin": server.base_url})
        with browser.stream("GET", "/web/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            assert next(lines).startswith("retry: ")
            job = Client(server).login().new_job()
            while not (line := next(lines)).startswith("data: "):
                continue
            assert job in line
            assert server.stop() == 0
            assert not any(line.startswith("data: ") for line in lines), "it ends"
    assert "graceful shutdown exceeded" not in server.log_path.read_text()
