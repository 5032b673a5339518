"""A client of the running server, as plain as an integration's."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from scribedock.demo.server import OwnServer
from tests.support.waiting import Patience

FINISHED = ("Complete", "Media Failure")


class Client:
    """Speaks to one server as one account."""

    def __init__(self, server: OwnServer, *, token: str = "", ca: Path | None = None) -> None:
        """`ca` is the certificate that the server's must be signed with, where it speaks TLS."""
        self.server = server
        # Without TLS the certificates of the system are not read: that takes longer than most calls.
        context = ssl.create_default_context(cafile=ca) if ca else False
        self.http = httpx2.Client(base_url=server.base_url, timeout=60, trust_env=False, verify=context)
        self.token = token

    def login(self, username: str = "admin", password: str | None = None) -> Client:
        answer = self.get("account/login", username=username, password=password or self.server.password)
        self.token = answer.json()["ApiToken"]
        return self

    def get(self, path: str, **parameters: Any) -> httpx2.Response:
        return self.http.get(f"/api/{path}", params=self._with_token(parameters))

    def post(self, path: str, **parameters: Any) -> httpx2.Response:
        return self.http.post(f"/api/{path}", data=self._with_token(parameters))

    def _with_token(self, parameters: dict[str, Any]) -> dict[str, Any]:
        token = {"api_token": self.token} if self.token else {}
        given = {"v": "1", **token, **parameters}
        return {name: value for name, value in given.items() if value is not None}

    def new_job(self, **parameters: Any) -> str:
        answer = self.get("job/new", **parameters)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["JobId"])

    def upload_url(self, job_id: str) -> str:
        answer = self.get("job/request_upload_url", job_id=job_id)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["upload_url"])

    def upload(self, job_id: str, recording: Path | bytes) -> None:
        content = recording if isinstance(recording, bytes) else recording.read_bytes()
        answer = self.http.put(self.upload_url(job_id), content=content)
        assert answer.status_code == 200, answer.text

    def order(self, job_id: str, **parameters: Any) -> str:
        given = {"transcription_fidelity": "MECHANICAL", **parameters}
        answer = self.post("job/perform_transcription", job_id=job_id, **given)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["TaskId"])

    def info(self, job_id: str) -> dict[str, Any]:
        answer = self.get("job/info", job_id=job_id)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def finished(self, job_id: str, *, within_s: float = 120) -> dict[str, Any]:
        """Return the job's info once it is Complete or a Media Failure."""
        return self.wait(job_id, lambda info: info["JobStatus"] in FINISHED, within_s=within_s)

    def wait(
        self, job_id: str, condition: Callable[[dict[str, Any]], bool], *, within_s: float = 60
    ) -> dict[str, Any]:
        patience = Patience(within_s)
        while True:
            info = self.info(job_id)
            if condition(info):
                return info
            assert not patience.is_over(), f"not in time: {info}"
            time.sleep(0.1)

    def search(self, query: str, **given: str) -> list[dict[str, Any]]:
        """Return the passages with these words, once all lists are indexed."""
        patience = Patience(60)
        while True:
            answer = self.get("job/search", query=query, **given)
            assert answer.status_code == 200, answer.text
            if not answer.json()["JobsToIndex"]:
                return list(answer.json()["Passages"])
            assert not patience.is_over(), "lists are not indexed in time"
            time.sleep(0.1)


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and ErrorType; the shape of the error is checked on the way."""
    body = answer.json()
    assert set(body) == {"ErrorType", "ErrorComment"}, body
    assert body["ErrorComment"]
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, body["ErrorType"]
