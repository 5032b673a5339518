"""The style sheet, the icon and the scripts of the pages: in memory, compressed, named after their bytes.

A name never stands for other bytes, so browsers keep a file for good. What it does not do: build the scripts,
which `make web` does, and every distribution carries.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scribedock.api.errors import error_response
from scribedock.errors import InvalidQuery
from scribedock.web.compression import LEAST_COMPRESSED, takes_gzip
from scribedock.web.cookies import PAGES

FOLDER = f"{PAGES}/static"
FOR_GOOD = "public, max-age=31536000, immutable"
HASH_DIGITS = 10
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, kw_only=True)
class StaticFile:
    content: bytes
    compressed: bytes | None  # gzip, where that is smaller
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """The paths below FOLDER of a page's script, and of those that it imports."""

    path: str
    imports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StaticFiles:
    files: Mapping[str, StaticFile]
    style: str  # names among `files`
    icon: str
    scripts: Mapping[str, Script]  # by page; empty where they are not built

    def serve(self, request: Request) -> Response:
        """Answer with the file that the path names."""
        found = self.files.get(request.path_params["name"])
        if found is None:
            return error_response(InvalidQuery("There is nothing here", status=404))
        headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
        if found.compressed is not None and takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
            return Response(found.compressed, media_type=found.media_type, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)


def static_route() -> Route:
    async def serve(request: Request) -> Response:
        return static_files().serve(request)

    return Route(f"{FOLDER}/{{name}}", serve, methods=["GET"])


@cache
def static_files() -> StaticFiles:
    """Read the files of the package."""
    package = resources.files("scribedock.web")
    return read_files(package / "styles", package / "static")


def read_files(styles: Traversable, bundle: Traversable) -> StaticFiles:
    """Read the style sheet (its parts in the order of their names), the icon, and the bundle if built."""
    sheets = sorted((each for each in styles.iterdir() if each.name.endswith(".css")), key=_name)
    style = b"".join(each.read_bytes() for each in sheets)
    icon = (styles / "icon.svg").read_bytes()
    named = {_hashed("style.css", style): style, _hashed("icon.svg", icon): icon}
    manifest = bundle / "manifest.json"
    chunks: Mapping[str, Any] = json.loads(manifest.read_bytes()) if manifest.is_file() else {}
    if chunks:
        named |= {each.name: each.read_bytes() for each in bundle.iterdir() if each.name != manifest.name}
    return StaticFiles(
        files={name: _file(name, content) for name, content in named.items()},
        style=_hashed("style.css", style),
        icon=_hashed("icon.svg", icon),
        scripts={
            chunk["name"]: Script(path=chunk["file"], imports=tuple(dict.fromkeys(_imports(chunk, chunks))))
            for chunk in chunks.values()
            if chunk.get("isEntry")
        },
    )


def _imports(chunk: Mapping[str, Any], chunks: Mapping[str, Any]) -> Iterator[str]:
    for name in chunk.get("imports", ()):
        yield chunks[name]["file"]
        yield from _imports(chunks[name], chunks)


def _name(file: Traversable) -> str:
    return file.name


def _hashed(name: str, content: bytes) -> str:
    stem, _, ending = name.partition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}.{ending}"


def _file(name: str, content: bytes) -> StaticFile:
    compressed = gzip.compress(content, 9, mtime=0) if len(content) >= LEAST_COMPRESSED else None
    return StaticFile(
        content=content,
        compressed=compressed if compressed is not None and len(compressed) < len(content) else None,
        media_type=MEDIA_TYPES[name[name.rindex(".") :]],
    )
