"""Messages, before they are sent."""

from __future__ import annotations

import pytest

from scribedock.mail import Mail, is_address, message_of, rendered
from scribedock.settings import SettingsError, load

MAIL = Mail(identifier="1" * 32, recipient="maria@example.org", subject="Done", plain="a", html="<p>a</p>")


def test_a_message_has_a_plain_and_an_html_part_and_an_id_that_stays() -> None:
    message = message_of(MAIL, "Captions <captions@example.org>")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Message-ID"] == f"<{'1' * 32}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_subject_cannot_inject_a_header() -> None:
    given = Mail(identifier="1", recipient="a@b.example", subject="x\r\nBcc: c@d.example", plain="", html="")
    message = message_of(given, "captions@example.org")
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: c@d.example"


@pytest.mark.parametrize("text", ["", "maria", "a@", "@b", "a b@c", "a@b\r\nBcc: c@d", "a@b, c@d", "<a@b>"])
def test_invalid_addresses_are_recognized(text: str) -> None:
    assert not is_address(text)


def test_names_of_jobs_are_text_in_html() -> None:
    plain, html = rendered(
        "captioned", job_id="1", job_name="<b>&", until="", link="https://a.example/x", problem=""
    )
    assert '"<b>&"' in plain
    assert "&lt;b&gt;&amp;" in html and "<b>" not in html


@pytest.mark.parametrize("url", ["http://a", "smtp://", "mail.example.org"])
def test_a_mail_server_has_a_url(url: str) -> None:
    with pytest.raises(SettingsError, match=r"SCRIBEDOCK_SMTP_URL: .*smtp://user"):
        load(smtp_url=url)
