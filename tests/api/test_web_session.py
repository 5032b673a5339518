"""The web pages on a running server: a session of a browser, and what it does not count for."""

from __future__ import annotations

import re

import httpx2

from scribedock.demo.server import OwnServer
from tests.support.client import Client, error_of


def test_a_session_of_the_pages_counts_for_no_call_and_that_of_the_api_for_no_page(
    client: Client, server: OwnServer
) -> None:
    with httpx2.Client(base_url=server.base_url, trust_env=False, timeout=60) as browser:
        form = {"username": "admin", "password": server.password, "next": "/web/you"}
        assert browser.post("/web/sign-in", data=form).status_code == 403, "no Origin"
        origin = {"Origin": server.base_url}
        answer = browser.post("/web/sign-in", data=form, headers=origin)
        assert (answer.status_code, answer.headers["location"]) == (303, "/web/you")
        page = browser.get("/web/you")
        assert page.status_code == 200 and "admin" in page.text
        assert page.headers["cache-control"] == "no-store"
        token = browser.cookies["scribedock-session"]
        for given in ({}, {"api_token": token}):
            refused = browser.get(
                "/api/job/list", params={"v": "1", **given}, headers={"Cookie": f"x={token}"}
            )
            assert error_of(refused) == (400, "BAD_API_TOKEN")
        found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page.text)
        assert found is not None
        answer = browser.post("/web/sign-out", data={"csrf_token": found[1]}, headers=origin)
        assert answer.headers["location"] == "/web/signed-out"
        assert browser.get("/web/you").status_code == 303
        browser.cookies.set("scribedock-session", client.token, path="/web")
        assert browser.get("/web/you").headers["location"].startswith("/web/sign-in")
