"""What `scribedock doctor` says about the provider through which people sign in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scribedock.host.findings import Level
from scribedock.media.fetching.fetch import FetchFailed
from scribedock.persons.oidc.check import check_provider
from scribedock.settings import Settings, SettingsError, load
from scribedock.testing import ScriptedFetcher

ISSUER = "https://login.uni.example"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def said(folder: Path, fetcher: ScriptedFetcher, **settings: str) -> list[tuple[Level, str]]:
    given = Settings(data_dir=folder, oidc_issuer=ISSUER, oidc_client_id="x", **settings)  # type: ignore[arg-type]
    return [(each.level, each.text) for each in check_provider(given, fetcher)]


def provider(metadata: object = METADATA, keys: object = (KEY,)) -> ScriptedFetcher:
    return ScriptedFetcher(
        pages={
            f"{ISSUER}/.well-known/openid-configuration": json.dumps(metadata).encode(),
            f"{ISSUER}/keys": json.dumps({"keys": keys}).encode(),
        }
    )


def test_a_provider_that_answers_is_fine_and_the_redirect_uri_is_said(tmp_path: Path) -> None:
    ((level, text),) = said(tmp_path, provider(), public_url="https://captions.example.org")
    assert level is Level.GOOD
    assert text.endswith("come back to https://captions.example.org/web/provider/callback")


def test_what_keeps_people_out_is_a_warning(tmp_path: Path) -> None:
    away = ScriptedFetcher(
        pages={f"{ISSUER}/.well-known/openid-configuration": FetchFailed("login.uni.example is not allowed.")}
    )
    found = [
        said(tmp_path, away),
        said(tmp_path, provider({**METADATA, "issuer": f"{ISSUER}/"})),
        said(tmp_path, provider(keys=[])),
        said(tmp_path, provider()),
    ]
    assert all([level for level, _ in each] == [Level.WARNING] for each in found)
    texts = [each[0][1] for each in found]
    assert "is not allowed" in texts[0] and "says that it is" in texts[1]
    assert "publishes no key" in texts[2] and "SCRIBEDOCK_PUBLIC_URL" in texts[3]


def test_without_a_provider_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert list(check_provider(Settings(data_dir=tmp_path))) == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"oidc_issuer": "http://login.uni.example", "oidc_client_id": "x"}, "must be an https:// URL"),
        ({"oidc_issuer": "login.uni.example", "oidc_client_id": "x"}, "must be an https:// URL"),
        ({"oidc_issuer": f"{ISSUER}?a=b", "oidc_client_id": "x"}, "must be an https:// URL"),
        ({"oidc_issuer": "https://[::1", "oidc_client_id": "x"}, "must be an https:// URL"),
        ({"oidc_issuer": ISSUER}, "SCRIBEDOCK_OIDC_CLIENT_ID: "),
        ({"oidc_scopes": "email"}, "must contain openid"),
        ({"oidc_role": "owner"}, "SCRIBEDOCK_OIDC_ROLE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said(settings: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem.replace("[", r"\[")):
        load(**settings)


def test_a_provider_on_loopback_may_do_without_tls() -> None:
    assert load(oidc_issuer="http://127.0.0.1:9000", oidc_client_id="x").provider_name == "127.0.0.1"
