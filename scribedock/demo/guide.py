"""Makes calls by the server's OpenAPI document, shows them, and reports wrong answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import httpx2

from scribedock.demo.screen import DemoScreen
from scribedock.errors import ErrorType

WAIT_S = 300
POLL_INTERVAL_S = 0.2


class WalkFailed(Exception):
    """A call did not answer as it should; the text says which, and what came."""


class Guide:
    """Makes calls with `token` and shows them; `lacking` are those the server was not equipped for."""

    def __init__(self, screen: DemoScreen, client: httpx2.Client) -> None:
        self._screen = screen
        self._client = client
        self.paths: Mapping[str, Any] = _paths(client)
        self.token: Mapping[str, str] = {}
        self.made: list[str] = []
        self.lacking: list[str] = []

    def call(
        self,
        path: str,
        parameters: Mapping[str, str] = MappingProxyType({}),
        *,
        method: str = "",
        content: bytes | None = None,
        lacking: ErrorType | None = None,
    ) -> Any:
        """Make a call and show it; return the answer as JSON, text or bytes.

        lacking: the error of a server that is right but has not what the call needs.

        Raises WalkFailed for any other error, and for an answer that is not documented.
        """
        described = self.paths.get(f"/api/{path}")
        if described is None:
            raise WalkFailed(f"the server does not document {path}")
        method = method or ("GET" if "get" in described else "POST")
        operation = described[method.lower()]
        self.made.append(path)
        self._screen.call(operation["summary"], method, path, parameters)
        response = self.request(method, path, parameters, content)
        if not response.is_success:
            if lacking is None or f'"ErrorType": "{lacking}"' not in response.text:
                raise WalkFailed(f"{path} answered {response.status_code}: {response.text}")
            self.lacking.append(path)
            self._screen.note(response.json()["ErrorComment"])
            return {}
        if str(response.status_code) not in operation["responses"]:
            raise WalkFailed(f"{path} answered {response.status_code}, which is not documented")
        self._screen.answer(response)
        kind = response.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return response.json()
        return response.text if kind.startswith("text/") else response.content

    def request(
        self, method: str, path: str, parameters: Mapping[str, str], content: bytes | None = None
    ) -> httpx2.Response:
        """Make a request; repeat it as the server says (503 with Retry-After)."""
        given = {"v": "1", **self.token, **parameters}
        deadline = time.monotonic() + WAIT_S
        while True:
            in_query = method == "GET" or content is not None
            response = self._client.request(
                method,
                f"/api/{path}",
                params=given if in_query else None,
                data=None if in_query else given,
                content=content,
            )
            again = response.headers.get("retry-after", "") if response.status_code == 503 else ""
            if not again.isdecimal() or time.monotonic() > deadline:
                return response
            time.sleep(int(again))

    def found(self, path: str, parameters: Mapping[str, str], *, method: str = "GET") -> dict[str, Any]:
        """Return the answer to a call that is made on the side and not shown. Raises WalkFailed."""
        response = self.request(method, path, parameters)
        expect(response.is_success, f"{path} answered {response.status_code}: {response.text}")
        return dict(response.json())

    def wait(self, job: dict[str, str], status: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while True:
            info = self.found("job/info", job)
            if info["JobStatus"] == status:
                return
            if info["JobStatus"] == "Media Failure":
                raise WalkFailed(f"Media Failure: {info['FailureReason']}")
            if time.monotonic() > deadline:
                raise WalkFailed(f"the job is {info['JobStatus']} and not {status} after {WAIT_S} seconds")
            time.sleep(POLL_INTERVAL_S)

    def wait_for(
        self, path: str, parameters: Mapping[str, str], reached: Callable[[dict[str, Any]], bool]
    ) -> None:
        """Wait until the answer to a call is one that counts as reached."""
        deadline = time.monotonic() + WAIT_S
        while not reached(self.found(path, parameters)):
            if time.monotonic() > deadline:
                raise WalkFailed(f"{path} does not answer what it should after {WAIT_S} seconds")
            time.sleep(POLL_INTERVAL_S)

    def wait_for_task(self, task_id: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while True:
            task = self.found("job/task_status", {"task_id": task_id})
            if task["TaskStatus"] == "COMPLETE":
                return
            if task["TaskStatus"] in ("FAILED", "ABORTED") or time.monotonic() > deadline:
                raise WalkFailed(f"the task {task['TaskType']} is {task['TaskStatus']}: {task['TaskInfo']}")
            time.sleep(POLL_INTERVAL_S)

    def wait_for_event(self, endpoint: dict[str, str], event_id: str) -> None:
        """Wait until this event is not owed to its webhook endpoint any more."""
        deadline = time.monotonic() + WAIT_S
        while True:
            response = self.request("GET", "webhook/events", endpoint)
            if not response.is_success:
                return
            if not any(each["event_id"] == event_id and each["state"] == "owed" for each in response.json()):
                return
            expect(time.monotonic() < deadline, f"an event was not delivered after {WAIT_S} seconds")
            time.sleep(POLL_INTERVAL_S)


def _paths(client: httpx2.Client) -> dict[str, Any]:
    """Return the paths of the server's OpenAPI document. Raises WalkFailed for any other server."""
    response = client.get("/openapi.json")
    expect(response.is_success, f"/openapi.json answered {response.status_code}: is this scribedock?")
    try:
        return dict(response.json()["paths"])
    except (ValueError, KeyError, TypeError):
        raise WalkFailed("/openapi.json is not an OpenAPI document: is this scribedock?") from None


def unvisited(paths: Mapping[str, Any], made: list[str]) -> set[str]:
    """Return the calls of an OpenAPI document that were not made."""
    return {path.removeprefix("/api/") for path in paths} - set(made)


def expect(condition: bool, otherwise: str) -> None:
    """Raise WalkFailed unless the condition is met."""
    if not condition:
        raise WalkFailed(otherwise)
