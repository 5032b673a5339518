"""`/openapi.json`, and `/docs`: the API reference as a page that loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from scribedock import __version__
from scribedock.api.openapi import definitions, document, parameters_of, summary
from scribedock.api.registry import CALLS

GROUPS = {"account": "Accounts", "job": "Jobs", "review": "Reviews", "upload": "Uploads"}
# For the server's own pages: inline styles, forms that submit to the server itself, no framing.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def reference_routes() -> list[BaseRoute]:
    async def openapi(request: Request) -> Response:
        return JSONResponse(_document())

    async def docs(request: Request) -> Response:
        return HTMLResponse(_page(), headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    async def home(request: Request) -> Response:
        return RedirectResponse("/docs")

    return [Route("/openapi.json", openapi), Route("/docs", docs), Route("/docs/", home), Route("/", home)]


@cache
def _document() -> dict[str, Any]:
    return document()


@cache
def _page() -> str:
    environment = Environment(
        loader=PackageLoader("scribedock", "web/templates"), autoescape=select_autoescape(), trim_blocks=True
    )
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
                            "type": _type(parameter["schema"]),
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


def _type(schema: dict[str, Any]) -> str:
    """Describe the type in a few words: "boolean", "number", or the values of an enumeration."""
    first = schema.get("anyOf", [schema])[0]
    if "$ref" in first:
        first = definitions()[first["$ref"].rsplit("/", 1)[1]]
    if "enum" in first:
        return " | ".join(str(each) for each in first["enum"])
    if first.get("format") == "date-time":
        return "ISO 8601 date"
    kind = str(first.get("type", "string"))
    return {"array": "list", "object": "JSON object", "string": "text"}.get(kind, kind)


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)
