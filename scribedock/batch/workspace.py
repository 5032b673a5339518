"""The folder in which files are transcribed: what is finished of each survives the command."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import SecretStr

from scribedock import __version__, app
from scribedock.accounts.accounts import Account
from scribedock.errors import ItemNotFound
from scribedock.host import data_folder
from scribedock.settings import Settings
from scribedock.speech.models.installed import models_folder

FORGOTTEN_AFTER_S = 30 * 24 * 3600  # since which nobody went on with a recording


class FileBusy(Exception):
    """Another command is transcribing the same recording."""


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """The job of a recording in the workspace's database."""

    job_id: str
    task_id: str


class Workspace:
    """A data folder of this user, in which no server runs."""

    def __init__(self, settings: Settings) -> None:
        """Enter the folder. Raises SettingsError where it cannot be made."""
        self.folder = default_folder()
        umask = os.umask(0o077)  # the folder is private, what is written for the user is as they like it
        try:
            data_folder.enter(self.folder)
            self.settings = settings.model_copy(
                update={
                    "data_dir": self.folder,
                    "models_dir": models_folder(settings),
                    "database_url": None,
                    "storage_url": None,
                    "encryption_key": None,
                    "upload_keys": None,
                    "admin_password": SecretStr(secrets.token_urlsafe()),
                }
            )
            app.prepare_database(self.settings)
            self.services = app.build_services(self.settings)
            app.ensure_first_account(self.services)
        finally:
            os.umask(umask)
        self._forget_old()

    @property
    def account(self) -> Account:
        """Return the account whose jobs these are."""
        account = self.services.accounts.root()
        assert account is not None
        return account

    @property
    def work_folder(self) -> Path:
        return self.folder / "work"

    @contextmanager
    def held(self, recording: Path, *about: object) -> Iterator[Path]:
        """Hold the folder of a recording, of these bytes and these wishes. Raises FileBusy, OSError."""
        state = recording.stat()
        identity = (str(recording.resolve()), state.st_size, state.st_mtime_ns, __version__, *map(str, about))
        folder = self._recordings / hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FileBusy from None
            yield folder

    def ordered(self, folder: Path) -> Ordered | None:
        """Return the job that an interrupted command has opened."""
        with suppress(FileNotFoundError, ValueError, TypeError):
            return Ordered(**json.loads((folder / "order").read_text(encoding="utf-8")))
        return None

    def remember(self, folder: Path, ordered: Ordered) -> None:
        """Write down the job, for a command that goes on with it."""
        draft = folder / "order.draft"
        draft.write_text(json.dumps(asdict(ordered)), encoding="utf-8")
        draft.replace(folder / "order")

    def forget(self, folder: Path) -> None:
        """Remove what is kept of a recording: its job with all contents, and its steps."""
        if (ordered := self.ordered(folder)) is not None:
            with suppress(ItemNotFound):
                self.services.jobs.delete(ordered.job_id, frozenset([self.account.id]))
            shutil.rmtree(self.work_folder / ordered.task_id, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        self.services.close()

    @property
    def _recordings(self) -> Path:
        return self.folder / "recordings"

    def _forget_old(self) -> None:
        for folder in self._recordings.glob("*"):
            if time.time() - folder.stat().st_mtime > FORGOTTEN_AFTER_S:
                self.forget(folder)


def default_folder() -> Path:
    """Return the folder for the state of a user's programs (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "scribedock"
