"""A browser without scripts, against the application in this process: it keeps cookies and submits forms."""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, cast
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2
from starlette.types import ASGIApp

from scribedock.api import application
from scribedock.api.registry import Backend
from scribedock.ordering.capabilities import Capabilities
from scribedock.rendering.pool import Bodies
from scribedock.rendering.renderings import RenderingTicket
from scribedock.rendering.request import RenderRequest, render
from scribedock.web.routes import web_routes
from scribedock_captions.elementlist.codec import parse
from scribedock_captions.rendering import Rendering
from tests.support.core import Core


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads what a browser without scripts makes of a page: forms, links, texts."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(action=given.get("action", ""), method=given.get("method", "get")))
        elif tag in ("input", "select", "textarea") and self.forms and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "a":
            self.links.append(given.get("href", ""))

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass(kw_only=True)
class Page:
    """What the browser shows after it has followed all redirects."""

    answer: httpx2.Response
    forms: list[Form]
    links: list[str]
    text: str

    @property
    def path(self) -> str:
        return self.answer.url.path

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the server says to the scripts of every page."""
        return dict(self._said("page-facts"))

    @property
    def data(self) -> dict[str, Any]:
        """Return what the server says to the scripts of this page."""
        return dict(self._said("page-data"))

    def _said(self, name: str) -> Any:
        found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', self.answer.text)
        assert found, f"the page has no {name}"
        return json.loads(found[1])

    def form(self, action: str) -> Form:
        """Return the form that is sent to a path that ends so."""
        (found,) = [each for each in self.forms if urlsplit(each.action).path.endswith(action)]
        return found


class InlineRenderings:
    """Renders in this process, at once."""

    def get(self, branch: str, digest: str, request: RenderRequest, bodies: Bodies) -> RenderingTicket:
        future: Future[Rendering] = Future()
        future.set_result(render(request, lambda key: parse(bodies(key))))
        return RenderingTicket(cast(Any, None), digest, future)


def application_of(core: Core) -> ASGIApp:
    """Return the whole application on these parts; what pages do not need is missing."""
    nothing = cast(Any, None)
    backend = Backend(
        services=core.services,
        engine=nothing,
        capabilities=Capabilities(
            languages=frozenset({"en", "de"}), detects_language=True, translates=frozenset()
        ),
        renderings=cast(Any, InlineRenderings()),
        parser=nothing,
        fetches=nothing,
        bodies=nothing,
        receiver=nothing,
    )
    return application.build(backend, web_routes)


class Browser:
    """One browser; several may share an application and the event loop that it runs in."""

    def __init__(
        self,
        app: ASGIApp,
        runner: asyncio.Runner,
        *,
        base_url: str = "http://captions.example.org",
        address: str = "192.0.2.7",
        language: str = "en",
        headers: dict[str, str] | None = None,
    ) -> None:
        self._runner = runner
        self.base_url = base_url
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app, client=(address, 50_000), raise_app_exceptions=False),
            base_url=base_url,
            headers={"Accept-Language": language, **(headers or {})},
        )

    def request(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """Make one request with the browser's cookies, and follow no redirect."""
        return self._runner.run(self.client.request(method, path, **given))

    def open(self, path: str) -> Page:
        return self._follow(self.request("GET", path))

    def submit(self, page: Page, action: str, **fields: str) -> Page:
        """Fill in a form of the page and send it, as the browser would."""
        form = page.form(action)
        path = urljoin(str(page.answer.url), form.action)
        return self._follow(self.post(path, {**form.fields, **fields}))

    def post(self, path: str, fields: dict[str, str], *, origin: str | None = "") -> httpx2.Response:
        """Send a form. origin: what `Origin` says, by default that of the server; None: no such header."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if origin is not None:
            headers["Origin"] = origin or self.base_url
        return self.request("POST", path, content=urlencode(fields), headers=headers)

    def call(
        self, name: str, page: Page, *, headers: dict[str, str] | None = None, **parameters: object
    ) -> httpx2.Response:
        """Make a call of the API as the scripts of a page do."""
        given = {"X-CSRF-Token": page.facts["csrf"], "Origin": self.base_url, **(headers or {})}
        content = json.dumps({"v": 1, **parameters})
        return self.request(
            "POST",
            f"/web/call/{name}",
            content=content,
            headers={"Content-Type": "application/json", **given},
        )

    def _follow(self, answer: httpx2.Response) -> Page:
        for _ in range(10):
            if not answer.is_redirect:
                break
            target = urljoin(str(answer.url), answer.headers["location"])
            answer = self.request("GET", target)
        reader = _Reader()
        reader.feed(answer.text)
        return Page(answer=answer, forms=reader.forms, links=reader.links, text=" ".join(reader.text.split()))

    def sign_in(self, name: str, password: str) -> Page:
        return self.submit(self.open("/web/sign-in"), "/sign-in", username=name, password=password)

    def enter(self, name: str, password: str) -> Page:
        """Sign in on the way to one's own page."""
        page = self.open("/web/sign-in?next=/web/you")
        return self.submit(page, "/sign-in", username=name, password=password)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)
