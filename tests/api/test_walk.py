"""`scribedock walk`: every call of the API, once."""

from __future__ import annotations

import re

from scribedock.demo import every_call
from scribedock.demo.guide import unvisited
from scribedock.demo.server import OwnServer
from tests.support.accounts import command
from tests.support.calls import PATHS
from tests.support.webserver import WebServer


def test_the_walk_makes_every_call(server: OwnServer) -> None:
    done = command(server, "walk", "--url", server.base_url, "--password-stdin", text=server.password)
    assert done.returncode == 0, done.stdout
    assert [path for path in PATHS if not re.search(rf" /api/{path}(\?|  )", done.stdout)] == []
    # This server has no mail, and the account of the walk not the reviewer's right.
    lacking = "job/burn_in_caption, review/list, review/reject"
    assert f"this server lacks what it takes for {lacking}." in done.stdout


def test_the_walk_fails_where_a_call_is_refused(server: OwnServer) -> None:
    done = command(server, "walk", "--url", server.base_url, "--password-stdin", text="wrong")
    assert done.returncode == 1
    assert "account/login answered 400" in done.stdout


def test_the_walk_fails_against_another_server() -> None:
    with WebServer(files={"/openapi.json": b"<html>"}) as web:
        assert every_call.run(web.base_url, "admin", "x") == 1
        web.files["/openapi.json"] = b'{"paths": {}}'
        assert every_call.run(web.base_url, "admin", "x") == 1


def test_a_call_that_the_walk_leaves_out_is_named() -> None:
    assert unvisited({"/api/job/new": {}, "/api/job/dance": {}}, ["job/new"]) == {"job/dance"}
