"""Mail by SMTP: a message of plain text and HTML from a template."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from functools import cache
from urllib.parse import unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scribedock.settings import Settings

TIMEOUT_S = 30
TLS_SCHEME = "smtps"
PORTS = {"smtp": 587, TLS_SCHEME: 465}


class MailRefused(Exception):
    """The mail server does not take this message, now or later."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    identifier: str  # the same when the same message is sent again
    recipient: str
    subject: str
    plain: str
    html: str


class Mailer:
    """Sends through the server of SCRIBEDOCK_SMTP_URL, with TLS wherever that server offers it."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
        self._sender = settings.mail_from

    def send(self, mail: Mail) -> None:
        """Send a message.

        Raises MailRefused, and OSError or aiosmtplib.SMTPException where another try may succeed.
        """
        if not is_address(mail.recipient):
            raise MailRefused(f"{mail.recipient!r} is not an address")
        asyncio.run(self._send(message_of(mail, self._sender)))

    async def _send(self, message: EmailMessage) -> None:
        parts = urlsplit(self._url)
        try:
            await aiosmtplib.send(
                message,
                hostname=parts.hostname,
                port=parts.port or PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == TLS_SCHEME,
                tls_context=ssl.create_default_context(),
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            if refused.code >= 500:
                raise MailRefused(f"{refused.code} {refused.message}") from error
            raise
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500 and not isinstance(error, aiosmtplib.SMTPAuthenticationError):
                raise MailRefused(f"{error.code} {error.message}") from error
            raise


def is_address(text: str) -> bool:
    """Return whether the text can be used as a mail address."""
    try:
        return bool(Address(addr_spec=text).domain)
    except (ValueError, IndexError, MessageError):  # the standard library's own parser raises each
        return False


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """Return the message to send, to a recipient that is an address."""
    message = EmailMessage()
    message["Subject"] = " ".join(mail.subject.split())[:200]
    message["From"] = sender
    message["To"] = Address(addr_spec=mail.recipient)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{mail.identifier}@{sender.rpartition('@')[2].strip('<> ')}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    message.set_content(mail.plain)
    message.add_alternative(mail.html, subtype="html")
    return message


def rendered(template: str, **values: str) -> tuple[str, str]:
    """Return a template of `web/templates/mail` as plain text and as HTML."""
    return (
        _templates().get_template(f"{template}.txt").render(values),
        _templates().get_template(f"{template}.html").render(values),
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("scribedock", "web/templates/mail"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
