"""DFXP, ECHO, TPM and TWX, without the head that a caller may give (see test_dfxp_header)."""

from __future__ import annotations

import pytest
from lxml import etree

from scribedock_captions.document import CaptionDocument, Metadata
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import CaptionFormat, render_captions
from scribedock_captions.text.words import Word
from scribedock_captions.writers import WRITERS, dfxp, twx
from tests.captions.sample import SAMPLE, say
from tests.captions.writers.documents import APART, document

NAMES = {"tt": "http://www.w3.org/ns/ttml", "ttm": "http://www.w3.org/ns/ttml#metadata"}
TTML = [CaptionFormat.DFXP, CaptionFormat.ECHO, CaptionFormat.TPM, CaptionFormat.TWX]
ABOUT = Metadata(title="A & <B>", identifier="f00d", language="pt-br")


def parsed(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def texts(root: etree._Element, path: str) -> list[str]:
    return ["".join(found.itertext()) for found in root.iterfind(path, NAMES)]


@pytest.mark.parametrize("format", TTML)
def test_the_head_has_the_name_and_the_id_of_the_job_and_the_root_its_language(format: CaptionFormat) -> None:
    root = parsed(WRITERS[format].write(document(("Oi.", 0, 1), metadata=ABOUT)))
    assert texts(root, "tt:head/tt:metadata/ttm:title") == ["A & <B>"]
    assert texts(root, "tt:head/tt:metadata/ttm:desc") == ["f00d"]
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "pt-br"


def test_the_metadata_of_dfxp_may_be_left_out() -> None:
    root = parsed(dfxp.write(document(("Oi.", 0, 1), metadata=ABOUT, include_dfxp_metadata=False)))
    assert root.find("tt:head/tt:metadata", NAMES) is None
    assert root.find("tt:head/tt:layout/tt:region", NAMES) is not None


@pytest.mark.parametrize("format", TTML[:3])
def test_a_caption_is_a_paragraph_with_its_times(format: CaptionFormat) -> None:
    root = parsed(WRITERS[format].write(APART))
    found = [(p.get("begin"), p.get("end"), list(p.itertext())) for p in root.iterfind(".//tt:p", NAMES)]
    assert found == [
        ("00:00:01.000", "00:00:02.000", ["One."]),
        ("00:00:02.000", "00:00:03.000", ["Two", "lines."]),
        ("00:00:05.000", "00:00:06.000", ["Three."]),
    ]
    assert len(root.findall(".//tt:br", NAMES)) == 1


@pytest.mark.parametrize(
    ("format", "style", "region"),
    [(TTML[0], True, True), (TTML[1], False, False), (TTML[2], True, False), (TTML[3], False, False)],
)
def test_the_profiles_differ_in_style_and_region(format: CaptionFormat, style: bool, region: bool) -> None:
    root = parsed(WRITERS[format].write(APART))
    body = root.find("tt:body", NAMES)
    for name, wanted in (("style", style), ("region", region)):
        defined = root.find(f"tt:head//tt:{name}", NAMES)
        assert (defined is not None) == (body.get(name) is not None) == wanted
        if defined is not None:
            assert body.get(name) == defined.get("{http://www.w3.org/XML/1998/namespace}id")


def test_a_paragraph_of_twx_is_a_sentence_with_the_time_of_each_word() -> None:
    spoken = say("One fish.", "Two fish.", gap=700)
    root = parsed(render_captions(spoken, CaptionFormat.TWX, CaptionOptions()).body.decode())
    paragraphs = root.findall(".//tt:p", NAMES)
    assert [(p.get("begin"), p.get("end")) for p in paragraphs] == [
        ("00:00:00.000", "00:00:00.600"),
        ("00:00:01.300", "00:00:01.900"),
    ]
    # Relative to the paragraph: 1.3 s + 300 ms is when the word is said.
    spans = [(s.get("begin"), s.get("end"), s.text) for s in paragraphs[1]]
    assert spans == [("0ms", "300ms", "Two"), ("300ms", "600ms", "fish.")]
    assert texts(root, ".//tt:p") == ["One fish.", "Two fish."]


def test_twx_has_every_word_with_its_speaker() -> None:
    rendered = {
        format: render_captions(SAMPLE, format, CaptionOptions(remove_sound_references=False)).body.decode()
        for format in (CaptionFormat.TWX, CaptionFormat.TRANSCRIPT)
    }
    words = " ".join(texts(parsed(rendered[CaptionFormat.TWX]), ".//tt:p")).split()
    assert words == rendered[CaptionFormat.TRANSCRIPT].split()


def test_times_of_twx_never_run_backwards() -> None:
    words = [
        Word(text="late", start=5000, end=6000, segment=0),
        Word(text="early.", start=1000, end=1000, segment=0, ends_sentence=True),
        Word(text="Next.", start=500, end=400, segment=1),
    ]
    root = parsed(twx.write(CaptionDocument(captions=[], words=words)))
    assert [(p.get("begin"), p.get("end")) for p in root.iterfind(".//tt:p", NAMES)] == [
        ("00:00:05.000", "00:00:06.001"),
        ("00:00:06.001", "00:00:06.002"),
    ]
    assert [(s.get("begin"), s.get("end")) for s in root.iterfind(".//tt:span", NAMES)] == [
        *(("0ms", "1000ms"), ("1000ms", "1001ms")),
        ("0ms", "1ms"),
    ]


@pytest.mark.parametrize("format", TTML)
def test_what_xml_cannot_hold_is_replaced_and_nothing_becomes_markup(format: CaptionFormat) -> None:
    hostile = "</p>&amp;<x>\ufffe\x0b\U0001f469"
    source = CaptionDocument(
        captions=document((hostile, 0, 1)).captions,
        words=[Word(text=hostile, start=0, end=1, segment=0)],
        metadata=Metadata(title=hostile, identifier=hostile, language='en" x="'),
    )
    root = parsed(WRITERS[format].write(source))
    assert texts(root, ".//tt:p") == ["</p>&amp;<x>\ufffd\ufffd\U0001f469"]
    assert root.get("x") is None
