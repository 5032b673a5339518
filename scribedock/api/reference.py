"""`/openapi.json`, and `/docs`: the API reference as a page that loads nothing from elsewhere."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import anyio
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from scribedock import __version__
from scribedock.api.openapi import definitions, document, parameters_of, summary
from scribedock.api.registry import CALLS
from scribedock.api.schema.parameters import MAX_INTEGER

GROUPS = {
    "account": "Accounts",
    "job": "Jobs",
    "review": "Reviews",
    "upload": "Uploads",
    "webhook": "Webhooks",
}
# For the server's own pages: inline styles, forms that submit to the server itself, no framing.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def reference_routes() -> list[BaseRoute]:
    one_at_a_time = anyio.CapacityLimiter(1)

    async def openapi(request: Request) -> Response:
        # In a thread: the first time takes a quarter of a second, in which other calls are answered.
        document = await anyio.to_thread.run_sync(_document, limiter=one_at_a_time)
        return Response(document, media_type="application/json")

    async def docs(request: Request) -> Response:
        page = await anyio.to_thread.run_sync(_page, limiter=one_at_a_time)
        return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    async def home(request: Request) -> Response:
        return RedirectResponse("/docs")

    return [Route("/openapi.json", openapi), Route("/docs", docs), Route("/docs/", home)]


@cache
def _document() -> bytes:
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _page() -> str:
    environment = Environment(
        loader=PackageLoader("scribedock", "web/templates"), autoescape=select_autoescape(), trim_blocks=True
    )
    environment.filters["breakable"] = _breakable
    groups = [
        {
            "title": title,
            "calls": [
                {
                    "path": f"/api/{path}",
                    "id": path.replace("/", "-"),
                    "methods": registered.methods,
                    "summary": summary(registered),
                    "answer": registered.answer,
                    "needs_token": registered.needs_token,
                    "needs_version": not registered.optional_version,
                    "aliases": [f"/api/{alias}" for alias in registered.aliases],
                    "parameters": [
                        {
                            **parameter,
                            "type": described_type(parameter["schema"]),
                            "default": _default(parameter["schema"]),
                        }
                        for parameter in parameters_of(registered)
                    ],
                }
                for path, registered in CALLS.items()
                if path == registered.path and path.startswith(f"{group}/")
            ],
        }
        for group, title in GROUPS.items()
    ]
    return str(environment.get_template("reference.html").render(version=__version__, groups=groups))


def _breakable(text: str) -> Markup:
    """Return the text as HTML in which a line may end behind an underscore: some names are long."""
    return Markup("_<wbr>").join(escape(part) for part in text.split("_"))


def described_type(schema: dict[str, Any]) -> str:
    """Describe the type in a few words: "boolean", "integer, 1 to 8760", or the values of an enumeration."""
    first = schema.get("anyOf", [schema])[0]
    if "$ref" in first:
        first = definitions()[first["$ref"].rsplit("/", 1)[1]]
    if "enum" in first:
        return " | ".join(str(each) or "(empty)" for each in first["enum"])
    if first.get("format") == "date-time":
        return "ISO 8601 date"
    if "contentMediaType" in first:
        return "file"
    kind = str(first.get("type", "string"))
    if kind == "array":
        return f"list of {described_type(first['items'])}"
    return {"object": "JSON object", "string": "text"}.get(kind, kind) + _range({**first, **schema})


def _range(schema: dict[str, Any]) -> str:
    """Return the limits of a number or a text, without those of a database's integers."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is not None and most < MAX_INTEGER:
        return f", {least} to {most}"
    if least is not None and least > -MAX_INTEGER:
        return f", at least {least}"
    return f" of up to {schema['maxLength']} characters" if "maxLength" in schema else ""


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)
