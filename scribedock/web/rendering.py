"""The pages that the server renders.

They work without scripts. A signed-in person gets pages that have no other script with one that asks before
the session ends, and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from scribedock.accounts.scopes import Right
from scribedock.web.guard import CSRF_FIELD, SignedIn
from scribedock.web.static_files import FOLDER, Script, static_files
from scribedock.web.texts import LANGUAGES, Texts, texts_of

# Everything comes from this server, no script runs, nothing inline has an effect, and no page frames ours.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SIGNED_IN = "signed-in"  # the script of pages that have no other
# What the script of `SIGNED_IN` needs besides: itself, and to ask this server whether the session is alive.
SCRIPT_HEADERS = {
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; script-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
}
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
    given: dict[str, object] = {"script": None}
    if signed_in is not None and "script" not in values:
        given = {"script": page_script(root, SIGNED_IN), "data": {}}
        given["facts"] = page_facts(root, texts.language, signed_in, ("app",))
        headers = {**SCRIPT_HEADERS, **(headers or {})} if given["script"] else headers
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
            **{**given, **values},
        )
    )
    return HTMLResponse(
        page, status, headers={**HEADERS, "Content-Language": texts.language, **(headers or {})}
    )


def page_script(root: str, page: str) -> Script | None:
    """Return the script of a page, with the paths that a browser asks for; None where none is built."""
    found = static_files().scripts.get(page)
    if found is None:
        return None
    imports = tuple(static_path(root, path) for path in found.imports)
    return Script(path=static_path(root, found.path), imports=imports)


def page_facts(
    root: str, language: str, signed_in: SignedIn | None, stems: tuple[str, ...]
) -> Mapping[str, object]:
    """Return what the server says to the scripts of a page (`frame/page.ts`).

    stems: the texts that they read, by the first part of their keys.
    """
    session = None if signed_in is None else signed_in.session
    return {
        "base": root,
        "csrf": "" if session is None else session.csrf_token,
        "language": language,
        "person": "" if session is None else session.person.id,
        "idleMs": 0 if session is None else session.idle_s * 1000,
        "texts": texts_of(language, stems),
    }


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
