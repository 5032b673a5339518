"""The settings of signing in, to the API and to the web pages; `settings` has all others."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SignInSettings(BaseSettings):
    """What an operator can set about sessions, and about what opens one."""

    session_idle_s: int = Field(3600, ge=1, description="A session expires after this time without a call.")
    key_session_idle_s: int = Field(
        2_592_000, ge=1, description="The same for a session opened with a securekey."
    )
    login_failures: int = Field(
        10,
        ge=1,
        description="Failed logins after which an address is refused with that name (ten times as many: with "
        "any), and a name is slowed down.",
    )
    login_throttle_s: int = Field(
        60, ge=1, description="How long after the last failure an address is refused and a name slowed down."
    )
    web_session_idle_s: int = Field(
        900, ge=60, description="A person is signed out of the web pages after this time without a request."
    )
    web_session_max_s: int = Field(
        43_200, ge=60, description="Nobody stays signed in to the web pages for longer than this."
    )
    web_drafts: bool = Field(
        True,
        description="Keep what was typed in the editor and is not saved yet in the browser, encrypted with a "
        "key that only the signed-in person's pages get; signing out erases it.",
    )
    second_factor: Literal["optional", "required"] = Field(
        "optional",
        description="required: everybody who signs in to the web pages with a password needs a second "
        "factor. Accounts can require it of their persons in any case.",
    )

    oidc_issuer: str | None = Field(
        None, description="Issuer of an OpenID Connect provider through which people sign in; unset: none."
    )
    oidc_client_id: str = Field("", description="What the provider calls this server.", validate_default=True)
    oidc_client_secret: SecretStr | None = Field(
        None, description="Secret that the provider has given to this server; unset: a public client."
    )
    oidc_name: str = Field("", description="What pages call the provider; empty: the host of the issuer.")
    oidc_scopes: str = Field("openid email profile", description="Scopes that the provider is asked for.")
    oidc_account: str = Field(
        "",
        description="Account that people become persons of when they sign in through the provider for the "
        "first time; empty: only those sign in whom the operator has made persons.",
    )
    oidc_role: Literal["administrator", "requester", "reviewer"] = Field(
        "requester", description="Their role in it."
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not (safe and parts.hostname) or parts.query or parts.fragment:
            raise ValueError("must be an https:// URL, exactly as the provider writes it")
        return value

    @field_validator("oidc_client_id")
    @classmethod
    def _client(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError("must be set, because SCRIBEDOCK_OIDC_ISSUER is")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _scopes(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("must contain openid")
        return " ".join(value.split())

    @property
    def provider_name(self) -> str:
        """What pages call the provider; empty where there is none."""
        return self.oidc_name or (urlsplit(self.oidc_issuer).hostname or "" if self.oidc_issuer else "")
