"""The pages that the server renders; they work without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from scribedock.accounts.scopes import Right
from scribedock.web.guard import CSRF_FIELD, SignedIn
from scribedock.web.static_files import FOLDER, static_files
from scribedock.web.texts import LANGUAGES, Texts

# Everything comes from this server, no script runs, nothing inline has an effect, and no page frames ours.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # With `no-referrer` browsers say `Origin: null` of the forms of these pages (Fetch, "append a request
    # `Origin` header"). No URL of a page contains a secret.
    "Referrer-Policy": "same-origin",
}


def render(
    request: Request,
    template: str,
    *,
    base_url: str,
    signed_in: SignedIn | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return a page of `templates/pages`, in the language of its reader."""
    texts = Texts.for_request(request)
    root = root_of(base_url)
    page = (
        _environment()
        .get_template(f"pages/{template}.html")
        .render(
            t=texts,
            languages=LANGUAGES,
            root=root,
            style=static_path(root, static_files().style),
            icon=static_path(root, static_files().icon),
            here=request.url.path,
            signed_in=signed_in,
            menu=() if signed_in is None else menu_of(signed_in),
            csrf_field=CSRF_FIELD,
            **values,
        )
    )
    return HTMLResponse(
        page, status, headers={**HEADERS, "Content-Language": texts.language, **(headers or {})}
    )


def menu_of(signed_in: SignedIn) -> tuple[str, ...]:
    """Return the names of the pages in the menu: those that the person's role is good for."""
    person = signed_in.person
    shown = {
        "jobs": True,
        "new": person.permissions.permit(Right.UPLOAD, contents=False),
        "reviews": person.is_reviewer,
    }
    return tuple(name for name, is_shown in shown.items() if is_shown)


def static_path(root: str, name: str) -> str:
    return f"{root}{FOLDER}/{name}"


def root_of(base_url: str) -> str:
    """Return the path that links within this server start with, which a proxy takes off."""
    return urlsplit(base_url).path.rstrip("/")


def go_to(base_url: str, path: str) -> RedirectResponse:
    """Return an answer that leads the browser to another page of this server, by GET."""
    return RedirectResponse(f"{root_of(base_url)}{path}", 303)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("scribedock", "web/templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
