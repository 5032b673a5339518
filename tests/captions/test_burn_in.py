"""Captions as libass draws them."""

from __future__ import annotations

from scribedock_captions.burn_in import HEAD, subtitles
from tests.captions.sample import say


def test_a_caption_is_a_line_of_dialogue() -> None:
    text = subtitles(say("One two three.", "Four five.", gap=2000))
    assert text == HEAD + (
        "Dialogue: 0,0:00:00.00,0:00:00.90,Default,One two three.\n"
        "Dialogue: 0,0:00:02.90,0:00:03.50,Default,Four five.\n"
    )


def test_text_is_never_a_command() -> None:
    [line] = subtitles(say(r"{\pos(1,1)} and \N here.")).removeprefix(HEAD).splitlines()
    shown = line.split(",", 4)[4]
    assert not set(shown.replace("\\N", "")) & set("{}\\")


def test_an_empty_list_has_no_dialogue() -> None:
    assert subtitles(say()) == HEAD
