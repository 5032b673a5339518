"""The parts of the server that the use cases need."""

from __future__ import annotations

from typing import Protocol

from scribedock.accounts.accounts import Accounts
from scribedock.accounts.administration import AccountAdministration
from scribedock.budgets.budgets import Budgets
from scribedock.db.engine import Database
from scribedock.host.erasure_journal import ErasureJournal
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.listing.listing import JobListing
from scribedock.jobs.media import JobMedia
from scribedock.media.fetching.fetch import GuardedClient
from scribedock.orders.callbacks import Callbacks
from scribedock.orders.orders import Orders
from scribedock.persons.persons import Persons
from scribedock.related.related import JobRelations
from scribedock.related.translations import Translations
from scribedock.related.uplevels import Uplevels
from scribedock.retention.retention import Retention
from scribedock.reviews.reviews import Reviews
from scribedock.storage.store import Store
from scribedock.uploads.uploads import Uploads
from scribedock.webhooks.endpoints import Endpoints


class Parts(Protocol):
    """All that a use case may need; a server's services provide it."""

    @property
    def database(self) -> Database: ...

    @property
    def store(self) -> Store: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def media(self) -> JobMedia: ...

    @property
    def orders(self) -> Orders: ...

    @property
    def callbacks(self) -> Callbacks: ...

    @property
    def webhook_endpoints(self) -> Endpoints: ...

    @property
    def listing(self) -> JobListing: ...

    @property
    def budgets(self) -> Budgets: ...

    @property
    def persons(self) -> Persons: ...

    @property
    def account_administration(self) -> AccountAdministration: ...

    @property
    def related(self) -> JobRelations: ...

    @property
    def reviews(self) -> Reviews: ...

    @property
    def translations(self) -> Translations: ...

    @property
    def uplevels(self) -> Uplevels: ...

    @property
    def uploads(self) -> Uploads: ...

    @property
    def retention(self) -> Retention: ...

    @property
    def journal(self) -> ErasureJournal: ...

    @property
    def fetcher(self) -> GuardedClient: ...
