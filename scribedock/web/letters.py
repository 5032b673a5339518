"""The mails that people get about signing in, in their language."""

from __future__ import annotations

import uuid

import structlog

from scribedock.mail import Mail, Mailer, MailRefused, rendered
from scribedock.persons.links import LinkPurpose, MailedLink, link_path
from scribedock.web.texts import Texts

log = structlog.get_logger("scribedock.web")


def letter(mailed: MailedLink, texts: Texts, base_url: str) -> Mail:
    """Return the mail with a link. base_url: what the link starts with."""
    link = mailed.link
    about = {"name": link.name, "account": link.username, "role": texts(f"role.{link.role}")}
    if link.purpose is LinkPurpose.INVITATION:
        subject = texts("mail.invitation.subject", **about)
        text, note = texts("mail.invitation.text", **about), texts("mail.invitation.note")
    else:
        subject = texts("mail.password.subject", **about)
        text, note = texts("mail.password.text", **about), texts("mail.password.note")
    plain, html = rendered(
        "link",
        language=texts.language,
        greeting=texts("mail.greeting", **about),
        text=text,
        link=f"{base_url}{link_path(mailed.secret)}",
        until=texts("mail.until", time=f"{link.ends:%Y-%m-%d %H:%M}"),
        note=note,
    )
    identifier = f"{link.purpose}-{uuid.uuid4().hex}"
    return Mail(identifier=identifier, recipient=link.email, subject=subject, plain=plain, html=html)


def send_quietly(mailer: Mailer, mail: Mail) -> None:
    """Send a mail that nobody waits for; the log says where it failed."""
    try:
        mailer.send(mail)
    except MailRefused as error:
        log.warning("mail refused", mail=mail.identifier, reason=str(error))
    except Exception:
        log.exception("mail could not be sent", mail=mail.identifier)
