"""Who watches a job's recording: a person who may read contents, or whoever has followed a link to it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.scopes import Right
from scribedock.errors import AccountUnprivileged, ItemNotFound, ScribedockError
from scribedock.jobs.job import Job
from scribedock.results.shares import Share, ShareUnusable
from scribedock.web.cookies import Cookie
from scribedock.web.guard import WebGuard

NO_JOB = "There is no such job"
SEPARATOR = "."  # of secrets, none of which has it
MAX_FOLLOWED = 6  # links that a browser remembers, the last ones
COOKIE_LIFE_S = 43_200


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Somebody who may watch this job's recording, and read what was said."""

    job: Job
    account_id: str  # in whose name
    person_id: str | None
    client: ClientAddress
    base_url: str


@dataclass(frozen=True, kw_only=True)
class FollowedShare:
    """A link that this browser has followed."""

    secret: str
    share: Share


class Viewers:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    def viewer_of(self, request: Request, job_id: str, *, extend: bool) -> Viewer:
        """Return who watches. Reads the database.

        extend: whether this is something that the viewer did. Raises NotSignedIn, AccountUnprivileged, and
        ItemNotFound (404) where the job is none that the viewer may see.
        """
        try:
            return self._person(request, job_id, extend=extend)
        except ScribedockError:
            followed = self._followed(request)
            if not any(each.share.job_id == job_id for each in followed):
                raise
        job = self._guard.services.jobs.find_served(job_id)
        return Viewer(
            job=job,
            account_id=job.account_id,
            person_id=None,
            client=self._guard.client_of(request),
            base_url=self._guard.base_url(request),
        )

    def _person(self, request: Request, job_id: str, *, extend: bool) -> Viewer:
        services = self._guard.services
        signed_in = self._guard.signed_in(request, extend=extend)
        person = signed_in.person
        if not person.permissions.permit(Right.READ, contents=True):
            raise AccountUnprivileged
        known = services.accounts.with_visible_accounts(person.account_id)
        try:
            job = services.jobs.find_job(job_id, frozenset() if known is None else known[1])
        except ItemNotFound:
            raise ItemNotFound(NO_JOB, status=404) from None
        return Viewer(
            job=job,
            account_id=person.account_id,
            person_id=person.id,
            client=self._guard.client_of(request),
            base_url=signed_in.base_url,
        )

    def followed(self, request: Request, share_id: str) -> FollowedShare:
        """Return the link with this id, if the browser has followed it. Raises ShareUnusable."""
        for each in self._followed(request):
            if each.share.id == share_id:
                return each
        raise ShareUnusable

    def remember(self, request: Request, response: Response, secret: str) -> None:
        """Let the browser keep the secret of a link, beside those of the last ones."""
        rules = self._guard.cookies(request)
        before = [each for each in self._secrets(request) if each != secret]
        kept = SEPARATOR.join([*before, secret][-MAX_FOLLOWED:])
        rules.set(response, Cookie.SHARES, kept, max_age_s=COOKIE_LIFE_S)

    def _secrets(self, request: Request) -> list[str]:
        value = self._guard.cookies(request).read(request, Cookie.SHARES)
        return [each for each in value.split(SEPARATOR) if each][-MAX_FOLLOWED:]

    def _followed(self, request: Request) -> list[FollowedShare]:
        """Return the links of the browser that are still good."""
        found = []
        for secret in self._secrets(request):
            with suppress(ShareUnusable):
                share = self._guard.services.shares.find_share(secret)
                found.append(FollowedShare(secret=secret, share=share))
        return found
