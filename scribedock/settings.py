"""All settings, read once from the environment (`SCRIBEDOCK_*`)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

GIB = 1024**3
PRIORITIES = ("ECONOMY", "STANDARD", "HIGH", "PRIORITY", "CRITICAL")

PUBLIC_URL = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^\s?#]*)?", re.ASCII)

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class SettingsError(Exception):
    """A setting that cannot be used; the text names it and says what would be right."""


class Settings(BaseSettings):
    """What an operator can set. Times are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(
        env_prefix="SCRIBEDOCK_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(Path("data"), description="Folder of all data in the default setup.")
    database_url: SecretStr | None = Field(
        None, description="postgresql://… or sqlite:///…; unset: a SQLite file in the data folder."
    )
    storage_url: str | None = Field(
        None,
        description="s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or file:///folder; "
        "unset: recordings are stored in the data folder. See docs/storage.md.",
    )
    storage_direct_uploads: bool = Field(
        False,
        description="Hand out the store's own upload URLs, with s3:// and gs://: "
        "clients then upload to the store directly.",
    )
    public_url: str | None = Field(
        None,
        description="Start of all URLs that the server hands out. "
        "Required when it listens on anything but loopback.",
    )
    trusted_proxies: CommaSeparated = Field(
        (), description="Addresses (CIDRs) whose X-Forwarded-* headers are trusted."
    )
    admin_password: SecretStr | None = Field(
        None, description="Password of the first account, admin; unset: one is made and kept in a file."
    )
    encryption_key: SecretStr | None = Field(
        None, description="Fernet key that encrypts API keys and customers' URLs; unset: made at first start."
    )
    upload_keys: SecretStr | None = Field(
        None,
        description="Keys that sign upload URLs, as id:base64url,… (the first signs, all verify); "
        "unset: made at first start.",
    )

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

    upload_lifetime_s: int = Field(43_200, ge=1, le=43_200, description="Lifetime of an upload URL.")
    upload_max_bytes: int = Field(10 * GIB, ge=1, description="The largest recording.")
    upload_stall_s: float = Field(
        30, gt=0, description="An upload that sends nothing for this time is closed."
    )
    upload_min_rate: int = Field(
        1024, ge=0, description="Bytes a second, over 60 seconds, below which an upload is closed."
    )
    upload_digest: bool = Field(
        False, description="Answer every finished upload with its SHA-256 (Repr-Digest)."
    )
    upload_interim_responses: bool = Field(
        True,
        description="Tell clients of the IETF's resumable uploads with 104 that they can resume. "
        "Set false behind a proxy that cannot pass on interim responses.",
    )
    cors_origins: CommaSeparated = Field(
        (), description="Origins whose pages may use upload URLs; empty: any, unless the URL names one."
    )
    account_in_flight_bytes: int = Field(
        0, ge=0, description="Bytes that an account may be uploading to this server at once; 0: any number."
    )
    account_partial_bytes: int = Field(
        0, ge=0, description="Bytes of interrupted uploads that are kept for an account; 0: any number."
    )
    account_stored_bytes: int = Field(
        0, ge=0, description="Bytes of recordings that an account may store; 0: any number."
    )
    disk_reserve: int = Field(GIB, ge=0, description="Free disk space below which uploads are refused.")
    header_timeout_s: float = Field(10, gt=0, description="Time limit for the headers of a request.")
    header_max_bytes: int = Field(32_768, ge=1024, description="The largest header block of a request.")
    connections_per_address: int = Field(
        1024, ge=1, description="Open connections of one address; more are closed."
    )

    fetch_allow: CommaSeparated = Field(
        (), description="Non-global CIDRs or hosts that fetched URLs and callbacks may reach."
    )
    fetch_timeout_s: float = Field(3600, gt=0, description="Time limit for fetching a media_url.")
    callback_retries_s: Annotated[tuple[float, ...], NoDecode] = Field(
        (200, 600, 1000), description="Waits before each retry of a failed callback."
    )
    callback_timeout_s: float = Field(30, gt=0, description="Time limit for the answer to a callback.")

    media_link_lifetime_s: int = Field(
        604_800,
        ge=60,
        description="Lifetime of a link to converted media (mp3, mp4) and of the file behind it.",
    )

    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:port (TLS where offered) or smtps://…; unset: no mail."
    )
    mail_from: str = Field("scribedock@localhost", description="Sender address of mail.")
    human_passes: Literal["auto"] = Field(
        "auto",
        description="auto: PREMIUM and PROFESSIONAL orders finish with the recognizer's list "
        "while there are no reviewers.",
    )
    audit_days: int = Field(365, ge=1, description="How long entries stay in the audit log.")
    media_max_duration_s: int = Field(43_200, ge=1, description="The longest recording.")
    media_memory: int = Field(
        2 * GIB, ge=256 * 1024**2, description="Memory for decoding, beyond that of the libraries."
    )
    speech_engine: str = Field(
        "auto",
        description="Speech recognizer; auto: that of the model, without one the best pulled model that is "
        "quick enough here, else pocketsphinx.",
    )
    speech_model: Path | None = Field(
        None, description="Folder of a speech model, or its name in `scribedock models list`."
    )
    models_dir: Path | None = Field(
        None, description="Folder of the models that are pulled; unset: models in the data folder."
    )
    model_mirror: str | None = Field(
        None,
        description="URL or folder of another installation's models, which `scribedock models pull` "
        "tries first.",
    )
    speech_processes: int = Field(
        0,
        ge=0,
        description="Recognizer processes of a worker; 0: one for each processor, with Whisper one for four.",
    )
    speech_batch: int = Field(
        0, ge=0, description="Chunks that Whisper decodes in one batch; 0: 8 on a GPU, otherwise one."
    )
    speech_chunk_timeout_s: float = Field(
        300,
        gt=0,
        description="Processor time allowed for recognizing one chunk, for each of the recognizer's threads.",
    )
    speech_alignment: bool = Field(
        True,
        description="Find the times of recognized words in the sound where the engine's are poor, in English "
        "by forced alignment.",
    )
    speaker_model: Path | None = Field(
        None,
        description="Folder of a speaker-embedding model in ONNX format, for diarization, or its name in "
        "`scribedock models list`; unset: campplus where it was pulled.",
    )
    speaker_similarity: float = Field(
        0.4,
        gt=-1,
        lt=1,
        description="Mean cosine from which that model surely hears one person in two groups of windows.",
    )
    translation_models: Path | None = Field(
        None, description="Folder with a CTranslate2 model for each pair of languages, as en-de."
    )
    worker_jobs: int = Field(4, ge=1, description="Transcriptions that a worker runs at once.")
    priorities: CommaSeparated = Field(
        (), description="Priorities that orders may have, as STANDARD,HIGH; empty: all of them."
    )
    branch_queued: int = Field(
        0,
        ge=0,
        description="Waiting orders of a branch (an account directly below the root, and all below it) that "
        "stand in line; later ones wait until these have begun. 0: any number.",
    )
    branch_transcriptions: int = Field(
        0, ge=0, description="Transcriptions of a branch that run at once; others wait. 0: any number."
    )
    branch_fetches: int = Field(
        0, ge=0, description="Fetches for a branch that run at once; others wait. 0: any number."
    )
    host_fetches: int = Field(
        0, ge=0, description="Fetches from a host that run at once; others wait. 0: any number."
    )
    branch_callbacks: int = Field(
        0, ge=0, description="Callbacks of a branch that run at once; others wait. 0: any number."
    )
    host_callbacks: int = Field(
        0, ge=0, description="Callbacks to a host that run at once; others wait. 0: any number."
    )
    database_wait_s: float = Field(
        60, ge=0, description="How long a server or worker that starts waits for a database that refuses."
    )
    lease_s: float = Field(
        30, ge=1, description="A worker without a heartbeat for this time loses its jobs to others."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Log level; debug includes every recognized segment."
    )
    workflow_retention_s: float = Field(
        86_400, ge=0, description="How long the saved steps of a finished workflow are kept."
    )
    workflow_poll_s: float = Field(0.5, gt=0, description="How often an idle worker looks for new orders.")

    @field_validator("trusted_proxies", "fetch_allow", "cors_origins", "priorities", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("priorities")
    @classmethod
    def _known_priorities(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name.upper() not in PRIORITIES]
        if unknown:
            raise ValueError(f"there is no priority {unknown[0]}; there are {', '.join(PRIORITIES)}")
        return tuple(name.upper() for name in value)

    @field_validator("callback_retries_s", mode="before")
    @classmethod
    def _split_seconds(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(float(part) for part in value.split(",") if part.strip())
        return value

    @field_validator("callback_retries_s")
    @classmethod
    def _not_negative(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(wait < 0 for wait in value):
            raise ValueError("waits must not be negative")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ipaddress.ip_network(part, strict=False)
        return value

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        if value is not None and PUBLIC_URL.fullmatch(value) is None:
            raise ValueError("must be https://host, https://host:port or https://host/path, and nothing else")
        return value.rstrip("/") if value else None

    @field_validator("storage_url")
    @classmethod
    def _storage_address(cls, value: str | None) -> str | None:
        if value is None or value.startswith("file:///"):
            return value
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if not parts.scheme or not parts.netloc:
            raise ValueError("must be like s3://bucket/prefix or file:///folder (docs/storage.md)")
        if set("@:?#") & set(value.partition("://")[2]):
            raise ValueError(
                f"must be {parts.scheme}://bucket/prefix and nothing else; "
                "credentials, endpoint and region come from the environment (docs/storage.md)"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value else None
        if parts is not None and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("must be smtp://user:password@host:port or smtps://user:password@host:port")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if "@" not in value or not value.isprintable():
            raise ValueError("must be an address, as captions@example.org")
        return value

    @field_validator("database_url")
    @classmethod
    def _supported(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    def printable(self) -> Iterator[tuple[str, str, str]]:
        """Yield environment variable, value (secrets hidden) and meaning of each setting."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                text = "(hidden)"
            elif isinstance(value, tuple):
                text = ",".join(f"{part:g}" if isinstance(part, float) else str(part) for part in value)
            else:
                text = "" if value is None else str(value)
            yield f"SCRIBEDOCK_{name.upper()}", text, field.description or ""


def load(**overrides: Any) -> Settings:
    """Read the environment; `overrides` (from the command line) win where they are not None.

    Raises SettingsError, which names each wrong variable.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        problems = [
            f"SCRIBEDOCK_{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors()
        ]
        raise SettingsError("\n".join(problems)) from None
