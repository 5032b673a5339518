"""The account, token, key and jobs in the examples of the API's reference, so that these work as printed.

They exist in a sandbox server only. Every call about the job is to work at any time, though some need a job
that is not ordered, and others one that is finished; so before such a call the job is brought into the state
that the call needs. After any call, what it removed is restored.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import DEFAULT_SETTINGS, Account, Accounts
from scribedock.accounts.api_keys import ApiKeys, fingerprint
from scribedock.accounts.sessions import Sessions
from scribedock.accounts.signing_in.passwords import matches_hash
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import (
    accounts,
    api_keys,
    guidelines,
    initial_row,
    job_events,
    jobs,
    tasks,
    uploads,
)
from scribedock.db.tables import media as media_table
from scribedock.db.tables import sessions as sessions_table
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.erasing.deletion import clear
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Difficulty, Fidelity, Job, JobStatus, Priority, TaskStatus, TaskType
from scribedock.jobs.jobs import JOB_QUERY_FOR_UPDATE, Jobs, add_task, job_of, record_event
from scribedock.jobs.media import MediaSource
from scribedock.orders.guidelines import MAX_GUIDELINES
from scribedock.related.related import JobRelations
from scribedock.sandbox import printed
from scribedock.sandbox.prepared import (
    ENGINE,
    LENGTH_MS,
    NOTICE,
    described_elementlist,
    prepared_elementlist,
)
from scribedock.sandbox.printed import API_KEY, API_TOKEN, EMAIL, JOB_ID, LISTED_JOB_ID, PASSWORD, USERNAME
from scribedock.sandbox.separation import check_database
from scribedock_captions.elementlist.codec import to_json

FOREVER_S = 2**31 - 1  # seconds: 68 years
TASK_RETENTION = timedelta(hours=1)  # for finished tasks of the job, which every call adds to
RESET_MESSAGE = "The example job was reset"


class RequiredState(StrEnum):
    """The state that a call needs the job to be in."""

    BARE = "without media"
    OPEN = "not ordered"
    ORDERED = "ordered"
    FINISHED = "finished, and nothing made from it"
    WITH_MEDIA = "with media"
    UNGUIDED = "with room for guidelines"


REQUIRED_STATES: Mapping[str, RequiredState] = {
    "job/request_upload_url": RequiredState.OPEN,
    "job/add_media": RequiredState.BARE,
    "job/add_media_url": RequiredState.BARE,
    "job/add_transcript": RequiredState.OPEN,
    "job/add_custom_guidelines": RequiredState.UNGUIDED,
    "job/modify": RequiredState.OPEN,
    "job/perform_transcription": RequiredState.OPEN,
    "job/translate": RequiredState.ORDERED,
    "job/uplevel": RequiredState.FINISHED,
    "job/media": RequiredState.WITH_MEDIA,
}
UNORDERED_STATES = (RequiredState.BARE, RequiredState.OPEN)


class Example:
    def __init__(
        self,
        *,
        database: Database,
        accounts: Accounts,
        sessions: Sessions,
        api_keys: ApiKeys,
        jobs: Jobs,
        elementlists: ElementLists,
        related: JobRelations,
    ) -> None:
        """Create what is missing. Raises SettingsError in any server but a sandbox."""
        root = accounts.root()
        check_database(root, sandbox=True)
        assert root is not None, "the first account is made before"
        self._root = root
        self._database = database
        self._accounts = accounts
        self._sessions = sessions
        self._api_keys = api_keys
        self._jobs = jobs
        self._elementlists = elementlists
        self._related = related
        self._account, self._password_hash = self._ensure_account()
        for name in printed.OTHER_ACCOUNTS:
            if accounts.by_username(name) is None:
                accounts.create(name, PASSWORD, parent=USERNAME)
        self.restore()

    @property
    def account_id(self) -> str:
        return self._account.id

    def login_name(self, username: str | None, key: str | None) -> str | None:
        """Return the name of the account that is meant: the reference prints its key with two names."""
        return USERNAME if (username, key) == (printed.KEY_USERNAME, API_KEY) else username

    def prepare(self, path: str, job_id: str, visible_accounts: frozenset[str]) -> None:
        """Bring the job into the state that a call at this path needs, before the call.

        Does nothing where the job is in that state, where the call is about another job, and where the job is
        not visible to these accounts.
        """
        form = REQUIRED_STATES.get(path)
        if form is None or job_id != JOB_ID or self._account.id not in visible_accounts:
            return
        with self._database.read() as connection:
            serves = self._serves(connection, self._jobs.fetch_job(connection, JOB_ID), form)
        if not serves:
            self._reset(JOB_ID, finished=form not in UNORDERED_STATES)

    def restore(self) -> None:
        """Restore password, token, key and jobs to those of the reference, after any call."""
        with self._database.read() as connection:
            password_hash = connection.execute(
                sa.select(accounts.c.password_hash).where(accounts.c.id == self._account.id)
            ).scalar_one()
            session = connection.execute(
                sa.select(sessions_table.c.account_id).where(
                    sessions_table.c.fingerprint == fingerprint(API_TOKEN)
                )
            ).first()
            key = connection.execute(
                sa.select(api_keys.c.id).where(api_keys.c.fingerprint == fingerprint(API_KEY))
            ).first()
            living = connection.execute(
                sa.select(jobs.c.id).where(
                    jobs.c.id.in_((JOB_ID, LISTED_JOB_ID)),
                    jobs.c.deleted.is_(None),
                    jobs.c.account_id == self._account.id,
                )
            ).scalars()
            missing = {JOB_ID, LISTED_JOB_ID} - set(living)
        if password_hash != self._password_hash:
            with self._database.write() as connection:
                connection.execute(
                    accounts.update()
                    .where(accounts.c.id == self._account.id)
                    .values(password_hash=self._password_hash)
                )
        if session is None:
            self._sessions.keep(API_TOKEN, self._account.id, idle_s=FOREVER_S)
        if key is None:
            self._api_keys.keep(API_KEY, self._account.id)
        for job_id in missing:
            self._reset(job_id, finished=True)

    def _ensure_account(self) -> tuple[Account, str]:
        """Return the account with its password and default settings restored, and that password's hash."""
        account = self._accounts.by_username(USERNAME)
        if account is None:
            account = self._accounts.create(USERNAME, PASSWORD, parent=self._root.username, email=EMAIL)
        with self._database.read() as connection:
            password_hash = connection.execute(
                sa.select(accounts.c.password_hash).where(accounts.c.id == account.id)
            ).scalar_one()
        if not matches_hash(PASSWORD, password_hash):
            self._accounts.set_password(account, PASSWORD)
            return self._ensure_account()
        for name, value in DEFAULT_SETTINGS.items():
            self._accounts.change_setting(account, name, value)
        return account, password_hash

    def _serves(self, connection: Connection, job: Job, form: RequiredState) -> bool:
        media = connection.execute(sa.select(media_table.c.job_id).where(media_table.c.job_id == JOB_ID))
        is_open = job.order_task_id is None and job.status in (JobStatus.PENDING, JobStatus.AUTHORIZING)
        if form is RequiredState.BARE:
            return is_open and media.first() is None
        if form is RequiredState.OPEN:
            return is_open
        if form is RequiredState.ORDERED:
            return job.order_task_id is not None
        if form is RequiredState.FINISHED:
            return job.status is JobStatus.COMPLETE and not self._related.related_jobs(connection, JOB_ID)
        if form is RequiredState.WITH_MEDIA:
            return media.first() is not None
        count = sa.select(sa.func.count()).where(guidelines.c.job_id == JOB_ID)
        return connection.execute(count).scalar_one() < MAX_GUIDELINES

    def _reset(self, job_id: str, *, finished: bool) -> None:
        """Restore a job to finished or to not ordered; it has its lists in either case."""
        with self._database.write() as connection:
            row = connection.execute(JOB_QUERY_FOR_UPDATE, {"job_id": job_id}).first()
            epoch = 0
            if row is None:
                insert_once(connection, jobs, id=job_id, **self._columns(finished=finished))
            else:
                epoch = row.upload_epoch + 1
                self._forget(connection, job_of(row))
            order = add_task(
                connection, job_id, TaskType.JOB_PERFORM_TRANSCRIPTION, TaskStatus.COMPLETE, RESET_MESSAGE
            )
            values = self._columns(finished=finished) | {"upload_epoch": epoch}
            if finished:
                values["order_task_id"] = order
                self._add_media(connection, job_id)
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(values))
            self._add_elementlists(connection, job_id, order)
            record_event(connection, job_id, "reset", "", str(values["status"]))

    def _columns(self, *, finished: bool) -> dict[str, object]:
        """Return all columns of a job except its id and its order's task."""
        opened: dict[str, object] = {
            "account_id": self._account.id,
            "name": printed.JOB_NAME,
            "external_id": printed.EXTERNAL_ID,
            "language": "en",
            "status": JobStatus.PENDING.value,
            "created": printed.CREATED,
            "authorized": printed.CREATED,
            "sandbox": True,
            "protected": True,
        }
        done: dict[str, object] = {
            "status": JobStatus.COMPLETE.value,
            "fidelity": Fidelity.MECHANICAL.value,
            "priority": Priority.STANDARD.value,
            "difficulty": Difficulty.GOOD.value,
            "started": printed.CREATED,
            "due": printed.DUE,
            "completed": printed.COMPLETED,
            "returned": printed.RETURNED,
            "media_ms": LENGTH_MS,
            "engine": ENGINE,
            "progress": 1.0,
            "notice": NOTICE,
        }
        bare = {name: value for name, value in initial_row(jobs).items() if name != "id"}
        return bare | opened | (done if finished else {})

    def _add_elementlists(self, connection: Connection, job_id: str, order: str) -> None:
        spoken = zlib.compress(to_json(prepared_elementlist()))
        described = zlib.compress(to_json(described_elementlist()))
        store = partial(self._elementlists.store, connection, job_id, order)
        store((Iwp.MECHANICAL,), spoken, at=printed.FIRST_VERSION)
        store((Iwp.FINAL,), spoken, at=printed.LAST_VERSION)
        store((Iwp.FINAL,), described, audio_description=True, at=printed.LAST_VERSION)

    def _add_media(self, connection: Connection, job_id: str) -> None:
        task_id = add_task(connection, job_id, TaskType.JOB_ADD_MEDIA, TaskStatus.COMPLETE, RESET_MESSAGE)
        connection.execute(
            media_table.insert().values(
                job_id=job_id,
                source=MediaSource.URL.value,
                url=printed.MEDIA_URL,
                task_id=task_id,
                refused=False,
                added=time_of(connection),
            )
        )

    def _forget(self, connection: Connection, job: Job) -> None:
        """Remove what the job was used for. Recordings are left to the store's sweep."""
        for each in self._related.related_jobs(connection, job.id):
            self._jobs.remove(connection, each)
        clear(connection, job, RESET_MESSAGE)
        before = time_of(connection) - TASK_RETENTION
        connection.execute(
            tasks.delete().where(
                tasks.c.job_id == job.id,
                tasks.c.requested < before,
                tasks.c.id.not_in(sa.select(uploads.c.task_id)),
            )
        )
        connection.execute(job_events.delete().where(job_events.c.job_id == job.id, job_events.c.at < before))
