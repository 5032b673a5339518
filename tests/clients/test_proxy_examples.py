"""The proxies' configurations in `deploy`, run as they stand there but for names, ports and certificates."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.machine.certificates import certificate
from tests.support.waiting import Patience

pytestmark = pytest.mark.clients

DEPLOY = Path(__file__).parents[2] / "deploy"
WITHIN_S = 60
PART = os.urandom(256 * 1024)
PARTS = 12  # more than nginx takes without being told to (1 MiB)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Provide a server with the settings that the examples ask for."""
    settings = {"trusted_proxies": "127.0.0.1/32", "upload_interim_responses": "false"}
    with OwnServer(tmp_path_factory.mktemp("behind"), arguments=("--no-worker",), **settings) as server:
        yield server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    with (folder / "proxy.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
    patience = Patience(WITHIN_S)
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            text = (folder / "proxy.log").read_text()
            assert process.poll() is None and not patience.is_over(), text
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(WITHIN_S)


@contextlib.contextmanager
def nginx(folder: Path, server: OwnServer) -> Iterator[tuple[str, Path]]:
    """Run nginx with `deploy/nginx.conf`; yield the base URL and the certificate to trust."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program is not None, "nginx is missing: apt-get install nginx-light"
    chain, key = certificate(folder)
    port = free_port()
    example = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("captions.example.org;", "localhost;"),
        ("/etc/ssl/captions.example.org.pem", str(chain)),
        ("/etc/ssl/private/captions.example.org.key", str(key)),
        ("http://127.0.0.1:8024", server.base_url),
    ):
        assert old in example, old
        example = example.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user {pwd.getpwuid(os.getuid()).pw_name};\ndaemon off;\npid {folder}/pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{example}}}\n"
    )
    with running([program, "-p", str(folder), "-c", str(folder / "nginx.conf")], port, folder):
        yield f"https://localhost:{port}", chain


@contextlib.contextmanager
def caddy(folder: Path, server: OwnServer, *, prefix: str) -> Iterator[tuple[str, Path]]:
    """Run Caddy with one of the sites of `deploy/Caddyfile`."""
    program = shutil.which("caddy")
    assert program is not None, "caddy is missing: apt-get install caddy"
    chain, key = certificate(folder)
    port = free_port()
    name = "www.example.org" if prefix else "captions.example.org"
    (site,) = re.findall(
        rf"^{re.escape(name)} (\{{\n(?:.*\n)*?\}})$", (DEPLOY / "Caddyfile").read_text(), re.M
    )
    site = site.replace("127.0.0.1:8024", server.base_url.removeprefix("http://"))
    site = site.replace("{\n", f"{{\n\ttls {chain} {key}\n", 1)
    (folder / "Caddyfile").write_text(
        f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\nhttps://localhost:{port} {site}\n"
    )
    with running([program, "run", "--config", str(folder / "Caddyfile")], port, folder):
        yield f"https://localhost:{port}{prefix}", chain


@pytest.fixture(params=["nginx", "caddy", "caddy below a path"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path, behind: OwnServer) -> Iterator[tuple[str, Path]]:
    if request.param == "nginx":
        with nginx(tmp_path, behind) as found:
            yield found
    else:
        with caddy(tmp_path, behind, prefix="/captions" if "path" in request.param else "") as found:
            yield found


def test_calls_links_and_large_uploads_pass_through_the_proxy_as_they_arrive(
    behind: OwnServer, proxy: tuple[str, Path]
) -> None:
    base_url, chain = proxy
    context = ssl.create_default_context(cafile=chain)
    with httpx2.Client(timeout=60, trust_env=False, verify=context) as client:

        def call(path: str, **given: str) -> dict[str, str]:
            answer = client.get(f"{base_url}/api/{path}", params={"v": "1", **given})
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        token = call("account/login", username="admin", password=behind.password)["ApiToken"]
        job = call("job/new", api_token=token)["JobId"]
        url = call("job/request_upload_url", api_token=token, job_id=job)["upload_url"]
        assert url.startswith(f"{base_url}/"), url
        kept = {"api_token": token, "job_id": job}

        def parts() -> Iterator[bytes]:
            patience = Patience(WITHIN_S)
            for number in range(PARTS):
                yield PART
                if number == PARTS // 2:  # what was sent so far reaches the server before there is more
                    while not client.get(f"{base_url}/api/upload/list", params={"v": "1", **kept}).json()[
                        "Uploads"
                    ]:
                        assert not patience.is_over(), "the proxy keeps the upload back"
                        time.sleep(0.1)

        headers = {"Content-Length": str(len(PART) * PARTS)}
        with httpx2.Client(timeout=60, trust_env=False, verify=context) as uploading:
            put = uploading.put(url, content=parts(), headers=headers)
        assert put.status_code == 200, put.text
        (upload,) = client.get(f"{base_url}/api/upload/list", params={"v": "1", **kept}).json()["Uploads"]
        assert upload["Status"] == "RECEIVED"
