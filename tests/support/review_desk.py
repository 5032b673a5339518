"""A job that waits for people, and two reviewers, without a server."""

from __future__ import annotations

import zlib

from scribedock.accounts.accounts import Account
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity
from scribedock.orders.passes import PassKind
from scribedock.reviews.reviews import Enriched
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList
from tests.captions.sample import say
from tests.support.core import Core
from tests.support.finished import finished_job


class ReviewDesk:
    """A reviewer's desk: a job that waits for people, and two of them."""

    def __init__(
        self,
        core: Core,
        fidelity: Fidelity = Fidelity.STANDARD,
        *,
        people: tuple[str, str] = ("ann", "bob"),
        elementlist: ElementList | None = None,
        **ordered: object,
    ) -> None:
        self.core = core
        self.reviews = core.services.reviews
        self.ann, self.bob = (self._reviewer(core, name) for name in people)
        self.job_id = finished_job(
            core.services,
            elementlist or say("The sea is deep."),
            fidelity=fidelity,
            **ordered,  # type: ignore[arg-type]
        )

    @staticmethod
    def _reviewer(core: Core, name: str) -> Account:
        account = core.services.accounts.create(name, "a password", parent="admin")
        core.services.accounts.set_reviewer(account, True)
        return account

    def take(self, who: Account) -> None:
        self.reviews.take(self.job_id, None, PassKind.REVIEW, who.id)

    def save(self, who: Account, text: str, **base: object) -> object:
        compressed = zlib.compress(to_json(say(text)))
        kind = base.get("kind", PassKind.REVIEW)
        return self.reviews.save(
            self.job_id,
            frozenset({self.core.services.jobs.find_job(self.job_id).account_id}),
            kind,  # type: ignore[arg-type]
            who.id,
            compressed,
            base=base.get("base"),  # type: ignore[arg-type]
        )

    def approve(self, who: Account, **enriched: Enriched) -> None:
        self.reviews.approve(self.job_id, None, PassKind.REVIEW, who.id, **enriched)

    def names(self) -> list[Iwp]:
        return [each.iwp_name for each in self.core.services.elementlists.versions(self.job_id)]

    def published_list(self) -> ElementList:
        version = self.core.services.elementlists.choose(self.core.services.jobs.find_job(self.job_id))
        return parse(self.core.services.elementlists.body(self.job_id, version.created))

    def published(self) -> str:
        found = self.published_list()
        return " ".join(
            token.display_as
            for segment in found.segments
            for sequence in segment.sequences
            for token in sequence.tokens
        )
