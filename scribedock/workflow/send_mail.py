"""Mail, as a durable workflow.

A crash between the mail server's answer and our note of it may send a message twice; its Message-ID
is the same.
"""

from __future__ import annotations

import structlog

from scribedock.clock import Clock, from_timestamp
from scribedock.errors import ItemNotFound
from scribedock.jobs.job import Job, TaskStatus
from scribedock.jobs.jobs import Jobs
from scribedock.keys.keys import UploadKeys
from scribedock.mail import Mail, Mailer, MailRefused, rendered
from scribedock.results.mails import Mails, OwedMail
from scribedock.results.renditions import Renditions
from scribedock.results.shares import Shares
from scribedock.results.signed_links import APPROVAL, MEDIA, Link, sign
from scribedock.reviews.review_pass import CURRENT_STATUSES
from scribedock.reviews.reviews import Reviews
from scribedock.workflow.saved_steps import step

log = structlog.get_logger("scribedock.worker")


class SendMailWorkflow:
    """Sends a mail. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        mails: Mails,
        renditions: Renditions,
        reviews: Reviews,
        shares: Shares,
        mailer: Mailer,
        keys: UploadKeys,
        link_lifetime_s: int,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._mails = mails
        self._renditions = renditions
        self._reviews = reviews
        self._shares = shares
        self._mailer = mailer
        self._keys = keys
        self._link_lifetime_s = link_lifetime_s
        self._clock = clock

    def run(self, mail_id: str) -> None:
        step("send", self._send, mail_id)

    def on_failure(self, mail_id: str) -> None:
        self._mails.close(mail_id, TaskStatus.FAILED, "The mail server did not take the message")

    def _send(self, mail_id: str) -> None:
        owed = self._mails.find_mail(mail_id)
        if owed is None:
            return
        try:
            mail = self._written(owed, self._jobs.find_job(owed.job_id))
        except ItemNotFound:  # it is not wanted any more
            self._mails.close(mail_id, TaskStatus.ABORTED)
            return
        try:
            self._mailer.send(mail)
        except MailRefused as error:
            log.warning("mail refused", mail=mail_id, reason=str(error))
            self._mails.close(mail_id, TaskStatus.FAILED, f"The mail server refused the message: {error}")
            return
        self._mails.close(mail_id, TaskStatus.COMPLETE)

    def _written(self, owed: OwedMail, job: Job) -> Mail:
        """Return the mail. Raises ItemNotFound where its subject is gone."""
        expires = int(self._clock.now().timestamp()) + self._link_lifetime_s
        until = f"{from_timestamp(expires):%Y-%m-%d %H:%M}"
        about = {"job_id": job.id, "job_name": job.name or job.id, "until": until}
        key = self._keys.all()[0]
        if owed.pass_id is not None:
            current = self._reviews.find_pass(owed.pass_id)
            if current is None or current.status not in CURRENT_STATUSES:
                raise ItemNotFound("The pass is complete")
            link = ""
            if owed.base_url and self._shares.are_allowed(job):
                made = Link(subject=owed.pass_id, expires=expires)
                self._shares.note_mailed(
                    job.id, owed.pass_id, sign(made, APPROVAL, key), from_timestamp(expires)
                )
                link = made.url(owed.base_url, APPROVAL, key)
            plain, html = rendered("approval", **about, iwp_name=current.iwp_name.value, link=link)
            subject = f"Please approve: {about['job_name']}"
        else:
            if owed.rendition_id is None:
                raise ItemNotFound("The pass was rejected")
            rendition = self._renditions.find_rendition(owed.rendition_id)
            if rendition is None:
                raise ItemNotFound("The video is gone")
            link = ""
            if rendition.storage_key is not None:
                link = Link(subject=rendition.id, expires=expires).url(
                    owed.base_url, MEDIA, key, extension=rendition.kind.extension
                )
            plain, html = rendered(
                "captioned", **about, link=link, problem="" if rendition.storage_key else rendition.problem
            )
            subject = f"Captions in the picture: {about['job_name']}"
        return Mail(identifier=owed.id, recipient=owed.recipient, subject=subject, plain=plain, html=html)
