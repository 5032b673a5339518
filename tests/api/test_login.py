"""`account/login`, and what its token opens."""

from __future__ import annotations

import json

import httpx2
import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.db.tables import accounts
from scribedock.demo.server import OwnServer
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def login(server: OwnServer, **options: object) -> httpx2.Response:
    return httpx2.post(f"{server.base_url}/api/account/login", trust_env=False, **options)  # type: ignore[arg-type]


def credentials(server: OwnServer) -> dict[str, str]:
    return {"v": "1", "username": server.username, "password": server.password}


def test_a_token_has_32_hex_digits(client: Client) -> None:
    assert len(client.token) == 32
    assert int(client.token, 16)


@pytest.mark.parametrize("way", ["query", "form", "multipart", "unlabelled", "plain", "odd type"])
def test_credentials_may_be_in_the_query_or_the_body(server: OwnServer, way: str) -> None:
    given = credentials(server)
    encoded = str(httpx2.QueryParams(given))
    answer = {
        "query": lambda: login(server, params=given),
        "form": lambda: login(server, data=given),
        "multipart": lambda: login(server, files={name: (None, value) for name, value in given.items()}),
        "unlabelled": lambda: login(server, content=encoded),
        "plain": lambda: login(server, content=encoded, headers={"Content-Type": "text/plain"}),
        "odd type": lambda: login(server, content=encoded, headers={"Content-Type": "password"}),
    }[way]()
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["ApiToken"]


def test_a_password_is_hashed_as_rfc_9106_recommends(services: app.Services) -> None:
    with services.database.read() as connection:
        hashed = connection.execute(sa.select(accounts.c.password_hash)).scalars().first()
    assert hashed is not None and hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_json_body_speaks_the_other_dialect(server: OwnServer) -> None:
    answer = login(server, params={"v": "1"}, json=credentials(server))
    assert list(answer.json()) == ["api_token"]
    token = answer.json()["api_token"]
    new = httpx2.get(
        f"{server.base_url}/api/job/new",
        params={"v": 1, "api_token": token, "external_id": "dialect"},
        trust_env=False,
    ).json()
    info = httpx2.get(
        f"{server.base_url}/api/job/info",
        params={"v": 1, "api_token": token, "job_id": new["JobId"]},
        trust_env=False,
    ).json()
    assert info["ExternalId"] == "dialect"
    assert not {"ExternalID", "Username", "Tasks", "Progress"} & info.keys()


def test_the_body_takes_precedence_over_the_query(server: OwnServer) -> None:
    answer = login(server, params={**credentials(server), "password": "wrong"}, data=credentials(server))
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["x-auth-password", "x-auth-key"])
def test_credentials_may_be_headers(server: OwnServer, name: str) -> None:
    answer = httpx2.get(
        f"{server.base_url}/api/account/login?&v=1",
        headers={"x-auth-user": server.username, name: server.password},
        trust_env=False,
    )
    assert answer.status_code == 200


def test_a_stray_token_is_ignored(server: OwnServer) -> None:
    assert login(server, data={**credentials(server), "api_token": "0" * 32}).status_code == 200


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(server: OwnServer) -> None:
    wrong = login(server, data={**credentials(server), "password": "wrong"})
    unknown = login(server, data={**credentials(server), "username": "nobody"})
    assert error_of(wrong) == error_of(unknown) == (400, "LOGIN_INVALID")
    assert wrong.content == unknown.content


def test_a_missing_password_is_named(server: OwnServer) -> None:
    answer = login(server, data={"v": "1", "username": "admin"})
    assert error_of(answer) == (400, "MISSING_PARAMETER")
    assert "password" in answer.json()["ErrorComment"]


def test_the_version_is_checked_first(server: OwnServer) -> None:
    assert error_of(login(server, data={})) == (400, "MISSING_PARAMETER")
    assert error_of(login(server, data={"v": "2"})) == (400, "INVALID_OPTION")


@pytest.mark.parametrize("body", ["[1]", "{", '"x"', "[" * 100_000])
def test_a_body_that_is_not_a_json_object_is_refused(server: OwnServer, body: str) -> None:
    answer = login(server, content=body, headers={"Content-Type": "application/json"})
    assert error_of(answer) == (400, "INVALID_QUERY")


def test_an_empty_json_body_is_fine(server: OwnServer) -> None:
    answer = login(
        server, params=credentials(server), content="", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200


def test_the_token_may_be_a_bearer(client: Client) -> None:
    answer = httpx2.get(
        f"{client.server.base_url}/api/account/verify_key?v=1",
        headers={"Authorization": f"Bearer {client.token}"},
        trust_env=False,
    )
    assert json.loads(answer.text) == {"name": "admin"}


@pytest.mark.parametrize("token", [None, "", "x", "0" * 32, "0" * 10_000, "\0"])
def test_no_other_token_opens_anything(server: OwnServer, token: str | None) -> None:
    anonymous = Client(server)
    answer = anonymous.get("account/verify_key", api_token=token)
    assert error_of(answer) == (400, "BAD_API_TOKEN")
    assert answer.json()["ErrorComment"] == "Invalid or expired API token"


def test_no_answer_is_a_redirect_or_html(server: OwnServer) -> None:
    for path in ("account/login/", "account//login", "job", "", "nothing", "%00", "../etc"):
        answer = httpx2.get(f"{server.base_url}/api/{path}", trust_env=False, follow_redirects=False)
        assert answer.status_code in (400, 404), (path, answer.status_code)
        error_of(answer)


@pytest.mark.parametrize(
    "securekey", ["", "0" * 32, 7, True, None, [], ["a", "b"], {"key": "x"}, "\ud800", "\0", "x" * 10_000]
)
def test_a_right_password_logs_in_whatever_stands_in_securekey(server: OwnServer, securekey: object) -> None:
    body = json.dumps({**credentials(server), "securekey": securekey})
    answer = login(server, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, list(answer.json())) == (200, ["api_token"])
    wrong = json.dumps({"v": 1, "username": "admin", "password": "wrong", "securekey": securekey})
    answer = login(server, content=wrong, headers={"Content-Type": "application/json"})
    assert error_of(answer)[1] in ("ACCOUNT_UNPRIVILEGED", "LOGIN_INVALID")


def test_of_a_password_and_a_key_one_valid_one_suffices(client: Client) -> None:
    key = client.get("account/generate_api_key").json()["ApiKey"]
    given = credentials(client.server)
    assert login(client.server, data={**given, "securekey": "0" * 32}).status_code == 200
    assert login(client.server, data={**given, "password": "wrong", "securekey": key}).status_code == 200
    answer = login(client.server, data={**given, "password": "wrong", "securekey": "0" * 32})
    assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")
