from __future__ import annotations

import pytest

from scribedock_captions.document import Metadata
from scribedock_captions.writers import sami
from tests.captions.writers.documents import APART, document


def syncs(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("<SYNC")]


def test_what_is_shown_is_cleared_only_where_nothing_follows() -> None:
    assert syncs(sami.write(APART)) == [
        "<SYNC Start=1000><P Class=ENCC>One.",
        "<SYNC Start=2000><P Class=ENCC>Two<br>lines.",
        "<SYNC Start=3000><P Class=ENCC>&nbsp;",
        "<SYNC Start=5000><P Class=ENCC>Three.",
        "<SYNC Start=6000><P Class=ENCC>&nbsp;",
    ]


@pytest.mark.parametrize(("language", "name"), [("en", "ENCC"), ("pt-br", "PTBRCC"), ("yue", "YUECC")])
def test_each_language_has_its_style_class(language: str, name: str) -> None:
    text = sami.write(document(("Oi.", 0, 1), metadata=Metadata(language=language)))
    assert f".{name} {{ Name: {language}; lang: {language}; SAMIType: CC; }}" in text
    assert f"<P Class={name}>Oi." in text


def test_no_text_becomes_markup() -> None:
    text = sami.write(document(("</BODY> & <b>|1 < 2", 0, 1), metadata=Metadata(title="</TITLE><SYNC>")))
    assert "<TITLE>&lt;/TITLE&gt;&lt;SYNC&gt;</TITLE>" in text
    assert syncs(text)[0].endswith(">&lt;/BODY&gt; &amp; &lt;b&gt;<br>1 &lt; 2")
