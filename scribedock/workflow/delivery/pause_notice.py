"""Mail to an account whose webhook endpoint was paused after failures."""

from __future__ import annotations

import aiosmtplib
import structlog

from scribedock.accounts.accounts import Accounts
from scribedock.mail import Mail, Mailer, MailRefused, rendered
from scribedock.orders.callback_url import without_password
from scribedock.webhooks.endpoints import Endpoint

log = structlog.get_logger("scribedock.worker")


class PauseNotice:
    def __init__(self, accounts: Accounts, mailer: Mailer | None) -> None:
        """Send by this mailer; None: there is no mail server."""
        self._accounts = accounts
        self._mailer = mailer

    def send(self, endpoint: Endpoint, reason: str) -> None:
        """Tell the account, if it has an address, in one try: the audit log and `status` say it too."""
        account = self._accounts.by_id(endpoint.account_id)
        if self._mailer is None or account is None or not account.email:
            return
        plain, html = rendered(
            "webhook_paused", url=without_password(endpoint.url), reason=reason, webhook_id=endpoint.id
        )
        mail = Mail(
            identifier=f"{endpoint.id}-paused",
            recipient=account.email,
            subject="A webhook endpoint is paused",
            plain=plain,
            html=html,
        )
        try:
            self._mailer.send(mail)
        except (MailRefused, OSError, aiosmtplib.SMTPException) as error:
            log.warning("mail about a paused endpoint not sent", endpoint=endpoint.id, reason=str(error))
