"""The peer of `upload.py`: an upload endpoint as most services have it, in Starlette on uvicorn.

The body comes through the event loop and is written from there; the file is synced and renamed, as
ours is. `GET /info` reads a row of SQLite, as a call of a service would.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import uuid
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

FOLDER = Path(sys.argv[1])
RECORDINGS = FOLDER / "recordings"


async def upload(request: Request) -> Response:
    path = RECORDINGS / uuid.uuid4().hex
    with path.open("wb") as file:
        async for part in request.stream():
            file.write(part)
        file.flush()
        await run_in_threadpool(os.fsync, file.fileno())
    path.rename(path.with_suffix(".done"))
    return Response(status_code=200)


def info(request: Request) -> Response:
    with sqlite3.connect(FOLDER / "rows.sqlite") as connection:
        [row] = connection.execute("SELECT name FROM jobs").fetchall()
    return JSONResponse({"name": row[0]})


if __name__ == "__main__":
    RECORDINGS.mkdir()
    with sqlite3.connect(FOLDER / "rows.sqlite") as rows:
        rows.execute("CREATE TABLE jobs (name TEXT)")
        rows.execute("INSERT INTO jobs VALUES ('a job')")
    routes = [Route("/upload", upload, methods=["PUT"]), Route("/info", info)]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=0, loop="uvloop", http="httptools", log_config=None)
    )
    config = server.config
    sock = config.bind_socket()
    print(sock.getsockname()[1], flush=True)
    server.run(sockets=[sock])
