"""`scribedock doctor`: what this installation has, and what is missing."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from scribedock import app
from scribedock.accounts.accounts import Accounts
from scribedock.accounts.untrusted_proxies import UntrustedProxies
from scribedock.db.engine import Database
from scribedock.db.key_fingerprints import KeyFingerprints
from scribedock.db.waiting import reason_of
from scribedock.host import data_folder
from scribedock.host.findings import CheckResult, Level
from scribedock.host.findings import report as show
from scribedock.keys import keys
from scribedock.media import ffmpeg, text_to_speech
from scribedock.media.fence import fence_report
from scribedock.media.fetching import transport
from scribedock.persons.oidc.check import check_provider
from scribedock.sandbox.printed import USERNAME
from scribedock.settings import Settings, SettingsError
from scribedock.speech.configured import chooses_itself, recognizer, speaker_model, title_of
from scribedock.speech.models.choice import choose_model
from scribedock.speech.models.installed import models_folder
from scribedock.speech.recognizer import engine_named, translated_languages
from scribedock.translation.engine import Translators

GIB = 1024**3


def report(settings: Settings) -> int:
    """Print the findings; return 1 if something necessary is missing."""
    return show(finding for check in CHECKS for finding in check(settings))


def _data_folder(settings: Settings) -> Iterator[CheckResult]:
    folder = settings.data_dir.resolve()
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if existing == folder:
        yield from _existing_folder(folder)
    elif existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        yield CheckResult(level=Level.GOOD, title="data folder", text=f"no server has used {folder} yet")
    else:
        yield CheckResult(
            level=Level.MISSING,
            title="data folder",
            text=f"SCRIBEDOCK_DATA_DIR: {folder} cannot be created in {existing}",
        )
        return
    free = shutil.disk_usage(existing).free
    enough = free > settings.disk_reserve + settings.upload_max_bytes
    yield CheckResult(
        level=Level.GOOD if enough else Level.WARNING,
        title="disk",
        text=f"{free / GIB:.1f} GiB free"
        + ("" if enough else f"; an upload may have {settings.upload_max_bytes / GIB:.1f} GiB"),
    )


def _existing_folder(folder: Path) -> Iterator[CheckResult]:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"?")
    except OSError as error:
        yield CheckResult(
            level=Level.MISSING,
            title="data folder",
            text=f"{folder} is not writable ({error.strerror}); set SCRIBEDOCK_DATA_DIR",
        )
        return
    yield CheckResult(level=Level.GOOD, title="data folder", text=f"{folder} is writable")
    if data_folder.is_open_to_others(folder):
        yield CheckResult(
            level=Level.WARNING, title="data folder", text=f"other users of this machine can read {folder}"
        )


def _database(settings: Settings) -> Iterator[CheckResult]:
    if not app.has_database_file(settings):
        yield CheckResult(
            level=Level.GOOD, title="database", text="none yet; the first start makes a SQLite file"
        )
        return
    try:
        with (
            contextlib.closing(Database(app.database_url(settings))) as database,
            database.read() as connection,
        ):
            connection.exec_driver_sql("SELECT 1")
            kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    except Exception as error:
        reason = reason_of(error) or type(error).__name__
        yield CheckResult(
            level=Level.MISSING,
            title="database",
            text=f"does not answer ({reason}); check SCRIBEDOCK_DATABASE_URL",
        )
    else:
        yield CheckResult(level=Level.GOOD, title="database", text=f"{kind} answers")


def _keys(settings: Settings) -> Iterator[CheckResult]:
    try:
        if not keys.keys_exist(settings):
            yield CheckResult(level=Level.GOOD, title="keys", text="none yet; the first start makes them")
            return
        if not app.has_database_file(settings):
            yield CheckResult(level=Level.GOOD, title="keys", text="no database knows them yet")
            return
        with contextlib.closing(Database(app.database_url(settings))) as database:
            KeyFingerprints(database, keys.load_keys(settings)).check()
    except SettingsError as error:
        yield CheckResult(level=Level.MISSING, title="keys", text=str(error))
    except (SQLAlchemyError, OSError):  # the database does not answer, which was reported already
        return
    else:
        yield CheckResult(level=Level.GOOD, title="keys", text="those that the database was used with")


def _sandbox(settings: Settings) -> Iterator[CheckResult]:
    if not app.has_database_file(settings):
        return
    try:
        with contextlib.closing(Database(app.database_url(settings))) as database:
            marked = [each for each in Accounts(database).list_accounts() if each.sandbox]
    except (
        SQLAlchemyError,
        OSError,
    ):  # no server has run here, or the database does not answer, which was reported already
        return
    if any(each.parent_id is None for each in marked):
        text = f"this server is one: nothing is transcribed, and {USERNAME} has a public password"
    else:
        text = f"nothing is transcribed for: {', '.join(each.username for each in marked)}"
    if marked:
        yield CheckResult(level=Level.WARNING, title="sandbox", text=text)


def _proxies(settings: Settings) -> Iterator[CheckResult]:
    if not app.has_database_file(settings):
        return
    trusted = [ipaddress.ip_network(network, strict=False) for network in settings.trusted_proxies]
    try:
        with contextlib.closing(Database(app.database_url(settings))) as database:
            seen = UntrustedProxies(database).all()
    except (SQLAlchemyError, OSError):  # as above
        return
    for each in seen:
        with contextlib.suppress(ValueError):
            if any(ipaddress.ip_address(each.address) in network for network in trusted):
                continue
        yield CheckResult(
            level=Level.WARNING,
            title="proxy",
            text=f"{each.address} sends X-Forwarded-For or Forwarded (last {each.seen:%Y-%m-%d %H:%M} UTC) "
            "but is not trusted: failed logins behind it are not counted by address. If it is a proxy of "
            "yours, add it to SCRIBEDOCK_TRUSTED_PROXIES; otherwise somebody made the header up",
        )


def _speech(settings: Settings) -> Iterator[CheckResult]:
    try:
        spec = recognizer(settings)
    except SettingsError as error:
        yield CheckResult(level=Level.MISSING, title="speech", text=str(error))
        return
    choice = choose_model(models_folder(settings))
    used = f"{spec.title} in {spec.model}, {choice.takes(spec.model_name)}" if spec.model else spec.title
    engine = engine_named(spec.engine)
    remark = engine.remark
    yield CheckResult(
        level=Level.WARNING if remark else Level.GOOD,
        title="speech",
        text=f"{used}: {remark}" if remark else used,
    )
    yield CheckResult(
        level=Level.GOOD, title="confidence of words", text=engine.confidence or f"{spec.engine} has none"
    )
    if not chooses_itself(settings):
        return
    for name, reason in choice.passed_over.items():
        yield CheckResult(level=Level.WARNING, title="speech", text=f"{name} is here and not used: {reason}")
    if choice.better:
        name = choice.better[0].name
        yield CheckResult(
            level=Level.GOOD,
            title="speech",
            text=f"{name} would fit this machine ({choice.takes(name)}) and make fewer errors; "
            f"download it with scribedock models pull {name}",
        )


def _speakers(settings: Settings) -> Iterator[CheckResult]:
    try:
        model = speaker_model(settings)
    except SettingsError as error:
        yield CheckResult(level=Level.MISSING, title="speakers", text=str(error))
        return
    yield CheckResult(
        level=Level.GOOD,
        title="speakers",
        text=f"identified with {title_of(model)}"
        if model
        else "identified where an order gives their number; scribedock models pull campplus finds it out",
    )


def _fence(settings: Settings) -> Iterator[CheckResult]:
    found = fence_report()
    yield CheckResult(
        level=Level.GOOD if found.landlock else Level.WARNING,
        title="fence around hostile media",
        text=found.text,
    )


def _ffmpeg(settings: Settings) -> Iterator[CheckResult]:
    path = ffmpeg.find_ffmpeg()
    yield CheckResult(
        level=Level.GOOD if path else Level.WARNING,
        title="ffmpeg",
        text=str(path or "not found; media cannot be converted (pip install 'scribedock[media]')"),
    )
    if not ffmpeg.has_fonts():
        yield CheckResult(
            level=Level.WARNING,
            title="fonts",
            text="none below /usr/share/fonts; captions cannot be burnt in",
        )


def _speaking(settings: Settings) -> Iterator[CheckResult]:
    path = text_to_speech.find_espeak()
    yield CheckResult(
        level=Level.GOOD if path else Level.WARNING,
        title="espeak-ng",
        text=str(path or "not on the PATH; audio descriptions cannot be synthesized"),
    )


def _mail(settings: Settings) -> Iterator[CheckResult]:
    yield CheckResult(
        level=Level.GOOD if settings.smtp_url else Level.WARNING,
        title="mail",
        text=f"sent as {settings.mail_from}"
        if settings.smtp_url
        else "SCRIBEDOCK_SMTP_URL is not set; burn_in_caption is refused, and nobody is asked for approval",
    )


def _translation(settings: Settings) -> Iterator[CheckResult]:
    try:
        pairs = Translators(settings.translation_models).pairs
    except SettingsError as error:
        yield CheckResult(level=Level.MISSING, title="translation", text=str(error))
        return
    found = [", ".join(map(str, sorted(pairs)))] if pairs else []
    if count := _languages_translated_by_ear(settings):
        found.append(f"{count} languages into English from the recording, by the recognizer")
    yield CheckResult(
        level=Level.GOOD if found else Level.WARNING,
        title="translation",
        text="; ".join(found) or "no engine; see docs/operations.md",
    )


def _languages_translated_by_ear(settings: Settings) -> int:
    """Count them; 0 where the recognizer is at fault, which has a line of its own."""
    try:
        return len(translated_languages(recognizer(settings)))
    except SettingsError:
        return 0


def _certificates(_: Settings) -> Iterator[CheckResult]:
    if transport.has_authorities():
        yield CheckResult(level=Level.GOOD, title="certificates", text="those of this system")
    else:
        yield CheckResult(
            level=Level.WARNING,
            title="certificates",
            text="none of authorities, so nothing can be fetched from https://; install ca-certificates",
        )


CHECKS: tuple[Callable[[Settings], Iterator[CheckResult]], ...] = (
    _data_folder,
    _database,
    _keys,
    _sandbox,
    _proxies,
    _speech,
    _speakers,
    _fence,
    _certificates,
    _ffmpeg,
    _speaking,
    _translation,
    _mail,
    check_provider,
)
