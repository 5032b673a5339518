"""Every ErrorType, as a caller sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx2
import pytest

from scribedock.db.tables import element_lists
from scribedock.errors import ErrorType
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of


def damaged(client: Client) -> httpx2.Response:
    """Of a job whose list cannot be read any more: what is the server's fault."""
    with services_of(client.server) as services:
        job = finished_job(services, say("The sea is deep."))
        with services.database.write() as connection:
            spoilt = element_lists.update().where(element_lists.c.job_id == job)
            connection.execute(spoilt.values(compressed=b"not zlib"))
    return client.get("job/get_elementlist", job_id=job)


WAYS: Mapping[ErrorType, Callable[[Client], httpx2.Response]] = {
    ErrorType.LOGIN_INVALID: lambda client: client.get("account/login", username="admin", password="wrong"),
    ErrorType.ACCOUNT_EXISTS: lambda client: client.get(
        "account/create", new_username="admin", new_password="x"
    ),
    ErrorType.ACCOUNT_UNPRIVILEGED: lambda client: client.get("job/list", Username="nobody"),
    ErrorType.BAD_API_TOKEN: lambda client: client.get("job/list", api_token="0" * 32),
    ErrorType.INVALID_QUERY: lambda client: client.get("job/list", limit="many"),
    ErrorType.INVALID_OPTION: lambda client: client.get("job/new", language="Klingon"),
    ErrorType.MISSING_PARAMETER: lambda client: client.get("job/info"),
    ErrorType.INVALID_URL: lambda client: client.get(
        "job/add_media", job_id=client.new_job(), media_url="file:///etc/passwd"
    ),
    ErrorType.ITEM_NOT_FOUND: lambda client: client.get("job/info", job_id="0" * 32),
    ErrorType.SYSTEM_ERROR: damaged,
}


@pytest.mark.parametrize("kind", ErrorType)
def test_every_error_type_is_answered(client: Client, kind: ErrorType) -> None:
    answer = WAYS[kind](client)
    status = 500 if kind is ErrorType.SYSTEM_ERROR else 400
    assert error_of(answer) == (status, kind.value)


def test_a_defect_of_the_server_reveals_only_its_id_in_the_log(client: Client) -> None:
    comment = damaged(client).json()["ErrorComment"]
    fault = comment.rpartition(" ")[2]
    assert "zlib" not in comment
    assert fault in client.server.log_path.read_text()
