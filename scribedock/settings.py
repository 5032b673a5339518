"""All settings, read once from the environment (`SCRIBEDOCK_*`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from scribedock.setting_groups.sign_in import SignInSettings
from scribedock.setting_values import (
    CommaSeparated,
    DatabaseUrl,
    ListeningAddress,
    MailServerUrl,
    Networks,
    Priorities,
    PublicUrl,
    Rate,
    Sender,
    StorageUrl,
    Waits,
)

GIB = 1024**3
MAX_DAYS = 36_500


def _days(description: str) -> Any:
    return Field(0, ge=0, le=MAX_DAYS, description=description)


class SettingsError(Exception):
    """A setting that cannot be used; the text names it and says what would be right."""


class Settings(SignInSettings):
    """What an operator can set. Times are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(
        env_prefix="SCRIBEDOCK_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(Path("data"), description="Folder of all data in the default setup.")
    database_url: DatabaseUrl | None = Field(
        None, description="postgresql://… or sqlite:///…; unset: a SQLite file in the data folder."
    )
    storage_url: StorageUrl | None = Field(
        None,
        description="s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or file:///folder; "
        "unset: recordings are stored in the data folder. See docs/storage.md.",
    )
    storage_direct_uploads: bool = Field(
        False,
        description="Hand out the store's own upload URLs, with s3:// and gs://: "
        "clients then upload to the store directly.",
    )
    public_url: PublicUrl | None = Field(
        None,
        description="Start of all URLs that the server hands out. "
        "Required when it listens on anything but loopback.",
    )
    trusted_proxies: Networks = Field(
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
    callback_retries_s: Waits = Field(
        (200, 600, 1000), description="Waits before each retry of a failed callback."
    )
    callback_timeout_s: float = Field(30, gt=0, description="Time limit for the answer to a callback.")

    webhook_retries_s: Waits = Field(
        (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400),
        description="Waits before each retry of an event that is posted to a webhook endpoint.",
    )
    webhook_pause_days: float = Field(
        5, gt=0, le=365, description="Days of failures after which a webhook endpoint is paused."
    )
    webhook_event_days: int = Field(
        30, ge=1, le=MAX_DAYS, description="Days for which events of webhooks are kept, delivered or not."
    )

    media_link_lifetime_s: int = Field(
        604_800,
        ge=60,
        description="Lifetime of a link to converted media (mp3, mp4) and of the file behind it.",
    )

    media_proxies: Literal["video", "sound", "off"] = Field(
        "video",
        description="What is made of recordings that browsers cannot play once somebody looks at them: the "
        "sound (14 MB an hour) and then an MP4 at 720p (up to 700 MB an hour), the sound alone, or nothing.",
    )

    smtp_url: MailServerUrl | None = Field(
        None, description="smtp://user:password@host:port (TLS where offered) or smtps://…; unset: no mail."
    )
    mail_from: Sender = Field("scribedock@localhost", description="Sender address of mail.")
    human_passes: Literal["auto"] = Field(
        "auto",
        description="auto: PREMIUM and PROFESSIONAL orders finish with the recognizer's list "
        "while there are no reviewers.",
    )
    retention_recordings_days: float = _days(
        "Days after a job's end for which its recording is kept; 0: as long as the job exists."
    )
    retention_results_days: float = _days(
        "Days after a job's end for which its results are kept; 0: as long as the job exists."
    )
    retention_partials_days: float = _days(
        "Days for which an unfinished upload is kept; 0: until its URL expires."
    )
    erasure_journal: Path | None = Field(
        None,
        description="File that says what was erased, for a restored backup; unset: erasures.jsonl in the "
        "data folder. Best on another disk.",
    )
    audit_days: int = Field(365, ge=1, description="How long entries stay in the audit log.")
    audit_reads: bool = Field(
        False, description="Also audit who reads transcripts, captions and recordings, with links too."
    )
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
    speech_idle_s: float = Field(
        600,
        ge=0,
        description="Seconds after which a recognizer process that nobody uses is ended, and a worker "
        "without work too, until there is some; 0: never.",
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
    priorities: Priorities = Field(
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
    rate_orders: Rate | None = Field(
        None,
        description="Orders of a branch that a server accepts in a time, as 60/minute or 10/5 seconds; "
        "unset: any number.",
    )
    rate_logins: Rate | None = Field(
        None, description="Logins from an address that a server accepts in a time; unset: any number."
    )
    drain_s: float = Field(
        0,
        ge=0,
        le=3600,
        description="How long a server that is told to stop goes on serving, with /readyz answering 503, so "
        "that a balancer sends its clients elsewhere.",
    )
    database_wait_s: float = Field(
        60, ge=0, description="How long a server or worker that starts waits for a database that refuses."
    )
    lease_s: float = Field(
        30, ge=1, description="A worker without a heartbeat for this time loses its jobs to others."
    )
    metrics_address: ListeningAddress | None = Field(
        None,
        description="Address and port, as 127.0.0.1:9124, of /metrics, /healthz and /readyz for those who "
        "watch the installation; a port alone means loopback; unset: none. Never the address of the API.",
    )
    metrics_branches: bool = Field(
        False,
        description="Show waiting work for each branch (an account directly below the root, and all below "
        "it) in the metrics, by name: the 50 with the most.",
    )
    otlp_url: PublicUrl | None = Field(
        None,
        description="Collector that spans are sent to by OTLP over HTTP, as http://127.0.0.1:4318; "
        "unset: none. Needs the extra otel.",
    )
    log_format: Literal["auto", "json", "console", "logfmt"] = Field(
        "auto", description="Form of the log's lines; auto: console on a terminal, otherwise json."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Log level; debug includes every recognized segment."
    )
    workflow_retention_s: float = Field(
        86_400, ge=0, description="How long the saved steps of a finished workflow are kept."
    )
    workflow_poll_s: float = Field(
        0.5,
        gt=0,
        description="How often an idle worker looks for new orders; after a minute without any, a quarter "
        "as often.",
    )

    @property
    def sends_links(self) -> bool:
        """Whether people are mailed links to pages: they start with nothing that a request has said."""
        return self.smtp_url is not None and self.public_url is not None

    def printable(self) -> Iterator[tuple[str, str, str]]:
        """Yield environment variable, value (secrets hidden) and meaning of each setting."""
        fields = type(self).model_fields
        inherited = SignInSettings.model_fields
        for name in [*(name for name in fields if name not in inherited), *inherited]:
            field = fields[name]
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
