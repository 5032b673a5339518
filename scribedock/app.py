"""Where the parts are wired together: once for the API, once for a worker."""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.accounts.accounts import ROOT, Accounts
from scribedock.accounts.administration import AccountAdministration
from scribedock.accounts.api_keys import ApiKeys
from scribedock.accounts.reviewers import Reviewers
from scribedock.accounts.sandboxes import Sandboxes
from scribedock.accounts.sessions import Sessions
from scribedock.accounts.signing_in.failed_logins import FailedLogins
from scribedock.accounts.signing_in.hashing import PasswordHashing
from scribedock.accounts.signing_in.login import Login
from scribedock.accounts.signing_in.login_failures import LoginFailures
from scribedock.accounts.signing_in.password_check import PasswordCheck
from scribedock.accounts.untrusted_proxies import UntrustedProxies
from scribedock.budgets.budgets import Budgets
from scribedock.clock import SYSTEM_CLOCK, Clock
from scribedock.db import sqlite_file
from scribedock.db.engine import Database
from scribedock.db.key_fingerprints import KeyFingerprints
from scribedock.db.migrate import migrate as migrate_database
from scribedock.db.upgrades import fold_names, seal_old_rows
from scribedock.dispatch.work import Work
from scribedock.errors import AccountExists, InvalidQuery
from scribedock.host.erasure_journal import ErasureJournal, journal_path
from scribedock.jobs.backlog import Backlog
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import Priority
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.listing.listing import JobListing
from scribedock.jobs.media import JobMedia
from scribedock.jobs.transcripts import Transcripts
from scribedock.keys.keys import Keys, keep_private, keys_exist, load_keys
from scribedock.media.fetching.fetch import GuardedClient
from scribedock.orders.authorization import Authorizations
from scribedock.orders.callback_listing import CallbackListing
from scribedock.orders.callbacks import Callbacks
from scribedock.orders.guidelines import Guidelines
from scribedock.orders.orders import Orders
from scribedock.orders.recognition_parts import RecognitionParts
from scribedock.orders.webhook_secrets import WebhookSecrets
from scribedock.persons.links import PersonLinks
from scribedock.persons.oidc.configured import provider_sign_in
from scribedock.persons.oidc.persons import ProviderPersons
from scribedock.persons.persons import Persons
from scribedock.persons.second_factor import SecondFactors
from scribedock.persons.sign_in_steps import SealedSteps, SignInSteps
from scribedock.persons.signing_in import PersonSignIn
from scribedock.persons.web_sessions import WebSessions
from scribedock.related.related import JobRelations
from scribedock.related.translations import Translations
from scribedock.related.uplevels import Uplevels
from scribedock.reports.audit import Audit
from scribedock.reports.job_history import JobHistory
from scribedock.reports.overview import Overview
from scribedock.reports.progress import ProgressFeed
from scribedock.reports.statistics import MinuteStatistics
from scribedock.results.caption_urls import CaptionUrls
from scribedock.results.mails import Mails
from scribedock.results.playback import PlaybackMedia, ProxyRule
from scribedock.results.renditions import Renditions
from scribedock.results.shares import Shares
from scribedock.retention.policies import RetentionPolicies
from scribedock.retention.retention import Retention
from scribedock.reviews.realignments import Realignments
from scribedock.reviews.rejections import Rejections
from scribedock.reviews.reviews import Reviews
from scribedock.reviews.segment_saves import SegmentSaves
from scribedock.reviews.span_recognitions import SpanRecognitions
from scribedock.search.indexing import SearchIndex
from scribedock.search.search import Search
from scribedock.settings import Settings
from scribedock.storage.store import Store
from scribedock.storage.stores import open_store
from scribedock.uploads.http.upload_urls import UploadUrls
from scribedock.uploads.uploads import Uploads
from scribedock.webhooks.endpoints import Endpoints
from scribedock.webhooks.events import Events

if TYPE_CHECKING:
    from scribedock.persons.oidc.sign_in import ProviderSignIn

SQLITE = "sqlite:///"


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that has state, for serving calls and running workflows."""

    settings: Settings
    keys: Keys
    database: Database
    fingerprints: KeyFingerprints
    store: Store
    accounts: Accounts
    account_administration: AccountAdministration
    api_keys: ApiKeys
    sessions: Sessions
    login: Login
    persons: Persons
    person_links: PersonLinks
    person_sign_in: PersonSignIn
    second_factors: SecondFactors
    provider_sign_in: ProviderSignIn | None
    provider_persons: ProviderPersons
    sign_in_steps: SignInSteps
    sealed_steps: SealedSteps
    web_sessions: WebSessions
    login_failures: LoginFailures
    failed_logins: FailedLogins
    hashing: PasswordHashing
    proxies: UntrustedProxies
    jobs: Jobs
    listing: JobListing
    media: JobMedia
    transcripts: Transcripts
    elementlists: ElementLists
    search: Search
    search_index: SearchIndex
    orders: Orders
    authorizations: Authorizations
    statistics: MinuteStatistics
    overview: Overview
    progress: ProgressFeed
    job_history: JobHistory
    guidelines: Guidelines
    recognition_parts: RecognitionParts
    audit: Audit
    policies: RetentionPolicies
    retention: Retention
    journal: ErasureJournal
    callbacks: Callbacks
    budgets: Budgets
    webhook_secrets: WebhookSecrets
    webhook_endpoints: Endpoints
    webhook_events: Events
    callback_listing: CallbackListing
    caption_urls: CaptionUrls
    renditions: Renditions
    playback: PlaybackMedia
    shares: Shares
    related: JobRelations
    translations: Translations
    uplevels: Uplevels
    sandboxes: Sandboxes
    reviewers: Reviewers
    reviews: Reviews
    rejections: Rejections
    segment_saves: SegmentSaves
    realignments: Realignments
    span_recognitions: SpanRecognitions
    mails: Mails
    work: Work
    backlog: Backlog
    uploads: Uploads
    upload_urls: UploadUrls
    fetcher: GuardedClient

    @property
    def clock(self) -> Clock:
        return self.database.clock

    def close(self) -> None:
        self.hashing.close()
        self.database.close()


def database_url(settings: Settings) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite:///{settings.data_dir.resolve() / 'scribedock.sqlite'}"


def build_services(
    settings: Settings,
    *,
    store: Store | None = None,
    fetcher: GuardedClient | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Services:
    """Build all parts, on a database that has its tables (see `prepare`).

    store, fetcher: used instead of those that the settings name.
    """
    keys = load_keys(settings)
    database = Database(database_url(settings), keys.sealing, clock=clock)
    accounts = Accounts(database)
    sandboxes = Sandboxes(database)
    api_keys = ApiKeys(database, keys.encryption)
    sessions = Sessions(database)
    login_failures = LoginFailures(database, settings)
    hashing = PasswordHashing()
    passwords = PasswordCheck(login_failures, hashing)
    persons = Persons(database)
    failed_logins = FailedLogins(database)
    journal = ErasureJournal(journal_path(settings))
    jobs = Jobs(database, journal)
    media = JobMedia(database, jobs, keys.sealing)
    elementlists = ElementLists(database)
    related = JobRelations(database, jobs)
    priorities = [Priority(name) for name in settings.priorities] or list(Priority)
    orders = Orders(database, jobs, elementlists, priorities=priorities)
    reviews = Reviews(database, jobs, elementlists, orders)
    segment_saves = SegmentSaves(database, jobs, elementlists)
    store = store or open_store(settings)
    fetcher = fetcher or GuardedClient(settings.fetch_allow)
    budgets = Budgets(database)
    uploads = Uploads(
        database=database,
        jobs=jobs,
        media=media,
        store=store,
        keys=keys.upload,
        settings=settings,
        budgets=budgets,
        clock=clock,
    )
    audit = Audit(database, failed_logins)
    renditions = Renditions(database, jobs)
    policies = RetentionPolicies(database, settings)
    return Services(
        settings=settings,
        keys=keys,
        database=database,
        fingerprints=KeyFingerprints(database, keys),
        store=store,
        accounts=accounts,
        account_administration=AccountAdministration(database),
        api_keys=api_keys,
        sessions=sessions,
        login=Login(accounts, api_keys, sessions, login_failures, passwords, settings),
        persons=persons,
        person_links=PersonLinks(database, persons),
        second_factors=SecondFactors(database, settings),
        provider_sign_in=provider_sign_in(settings, fetcher, clock),
        provider_persons=ProviderPersons(persons, accounts, settings),
        sign_in_steps=SignInSteps(database),
        sealed_steps=SealedSteps(keys.encryption, clock),
        person_sign_in=PersonSignIn(database, passwords),
        web_sessions=WebSessions(database, settings),
        login_failures=login_failures,
        hashing=hashing,
        proxies=UntrustedProxies(database),
        jobs=jobs,
        listing=JobListing(database),
        media=media,
        transcripts=Transcripts(database, jobs),
        elementlists=elementlists,
        search=Search(database),
        search_index=SearchIndex(database, elementlists),
        orders=orders,
        authorizations=Authorizations(database, jobs, priorities=priorities),
        statistics=MinuteStatistics(database),
        job_history=JobHistory(database),
        progress=ProgressFeed(database),
        overview=Overview(database, lease_s=settings.lease_s),
        guidelines=Guidelines(database, jobs),
        recognition_parts=RecognitionParts(database, jobs),
        audit=audit,
        policies=policies,
        journal=journal,
        retention=Retention(
            database=database,
            jobs=jobs,
            store=store,
            uploads=uploads,
            audit=audit,
            policies=policies,
            journal=journal,
        ),
        failed_logins=failed_logins,
        callbacks=Callbacks(database),
        budgets=budgets,
        webhook_secrets=WebhookSecrets(database),
        webhook_endpoints=Endpoints(database),
        webhook_events=Events(database),
        callback_listing=CallbackListing(database),
        caption_urls=CaptionUrls(database),
        renditions=renditions,
        shares=Shares(database, jobs),
        playback=PlaybackMedia(media, renditions, elementlists, ProxyRule(settings.media_proxies), clock),
        related=related,
        translations=Translations(related),
        uplevels=Uplevels(related, priorities=priorities),
        sandboxes=sandboxes,
        reviewers=Reviewers(accounts, sandboxes),
        mails=Mails(database, jobs),
        work=Work(database),
        backlog=Backlog(database, jobs, retries_s=settings.callback_retries_s),
        reviews=reviews,
        rejections=Rejections(database, jobs, elementlists, orders),
        segment_saves=segment_saves,
        realignments=Realignments(database, jobs, segment_saves, elementlists),
        span_recognitions=SpanRecognitions(database, jobs),
        uploads=uploads,
        upload_urls=UploadUrls(uploads, keys.upload, settings, clock),
        fetcher=fetcher,
    )


def is_in_use(settings: Settings) -> bool:
    """Whether a server has used the data folder: there are keys, and a database if that is a file."""
    return keys_exist(settings) and has_database_file(settings)


def has_database_file(settings: Settings) -> bool:
    """Whether the database can be opened without making a file: it is a server, or its file is there."""
    file = _file_of(database_url(settings))
    return file is None or file.is_file()


def prepare_database(settings: Settings) -> None:
    """Migrate the server's database; one process at a time."""
    with start_lock(settings):
        _make_file(database_url(settings))
        migrate_database(database_url(settings))
        sealing = load_keys(settings).sealing
        with closing(Database(database_url(settings), sealing)) as database:
            seal_old_rows(database, sealing)
            fold_names(database)


def prepare(settings: Settings) -> None:
    """Migrate the server's database and the engine's; one process at a time."""
    from scribedock.workflow import engine_client

    prepare_database(settings)
    with start_lock(settings):
        _make_file(engine_client.system_url(settings))
        engine_client.migrate(settings)
        for path in sqlite_files(settings):
            sqlite_file.prepare(path)


def sqlite_files(settings: Settings) -> tuple[Path, ...]:
    """Return the files of the two databases, the server's and the engine's, where they are SQLite's."""
    from scribedock.workflow import engine_client

    urls = (database_url(settings), engine_client.system_url(settings))
    return tuple(path for path in map(_file_of, urls) if path is not None)


def _file_of(url: str) -> Path | None:
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def _make_file(url: str) -> None:
    """Create the file of a new SQLite database: only one that is empty can be set to shrink later."""
    path = _file_of(url)
    if path is not None and not path.exists():
        sqlite_file.prepare(path)


@contextmanager
def start_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock of the one process that prepares the data folder."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "start.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ensure_first_account(services: Services, *, sandbox: bool = False) -> str | None:
    """Create the account `admin`, a sandbox's or a real server's, where there are no accounts.

    Returns the path of the file with its password, if the password was generated here.
    """
    settings = services.settings
    with start_lock(settings):
        if services.accounts.root() is not None:
            return None
        path = None
        if settings.admin_password is not None:
            password = settings.admin_password.get_secret_value()
        else:
            path = settings.data_dir / "admin-password"
            password = keep_private(path, secrets.token_urlsafe(18))
        try:
            services.accounts.create(ROOT, password, parent=None, sandbox=sandbox)
        except (AccountExists, InvalidQuery):
            if services.accounts.root() is not None:  # another machine was faster
                return None
            raise
    return str(path.resolve()) if path else None
