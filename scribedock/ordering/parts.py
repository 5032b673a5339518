"""The parts of the server that the use cases need."""

from __future__ import annotations

from typing import Protocol

from scribedock.accounts.accounts import Accounts
from scribedock.db.engine import Database
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.media.fetching.fetch import GuardedClient
from scribedock.orders.orders import Orders
from scribedock.related.translations import Translations
from scribedock.related.uplevels import Uplevels
from scribedock.storage.store import Store
from scribedock.uploads.uploads import Uploads


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
    def translations(self) -> Translations: ...

    @property
    def uplevels(self) -> Uplevels: ...

    @property
    def uploads(self) -> Uploads: ...

    @property
    def fetcher(self) -> GuardedClient: ...
