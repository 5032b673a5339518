"""Microsoft's emulator of Azure Blob Storage: it checks signatures, conditions and ETags as Azure does."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import httpx2

from tests.s3.gateway import free_port
from tests.support.machine.node import PROGRAM, environment, install

FOLDER = Path(__file__).parent
MAIN = FOLDER / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
# The account that every Azurite has; both are public.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-08-06"
READY_S = 60


class Azurite:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AZURE_STORAGE_ENDPOINT": self.endpoint,
            "AZURE_ALLOW_HTTP": "true",
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
        }

    def make_container(self, name: str) -> None:
        date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = f"x-ms-date:{date}\nx-ms-version:{VERSION}"
        to_sign = f"PUT{11 * chr(10)}\n{headers}\n/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
        signature = hmac.new(base64.b64decode(KEY), to_sign.encode(), hashlib.sha256).digest()
        answer = httpx2.put(
            f"{self.endpoint}/{name}?restype=container",
            headers={
                "x-ms-date": date,
                "x-ms-version": VERSION,
                "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}",
            },
            trust_env=False,
        )
        assert answer.status_code == 201, answer.text

    def __enter__(self) -> Azurite:
        install(FOLDER)
        with (self._folder / "azurite.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", str(PROGRAM), str(MAIN), "--blobHost", "127.0.0.1",
                 "--blobPort", str(self.port), "--inMemoryPersistence", "--disableTelemetry",
                 "--skipApiVersionCheck", "--silent"],
                cwd=self._folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + READY_S
        while True:
            with contextlib.suppress(httpx2.TransportError):
                httpx2.get(self.endpoint, trust_env=False)
                return self
            assert time.monotonic() < deadline, (self._folder / "azurite.log").read_text()
            time.sleep(0.1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
