"""DFXP, ECHO, TPM and TWX are valid against the W3C's schema of TTML1, whatever they are made from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from scribedock_captions.document import Metadata
from scribedock_captions.errors import UnusableOption
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import render_captions
from scribedock_captions.text.words import Word
from scribedock_captions.writers import WRITERS, CaptionFormat
from tests.captions.sample import SAMPLE, talk
from tests.captions.writers.documents import documents
from tests.judges.cases import CASES, chosen, expected, judges_folder, named

pytestmark = pytest.mark.judges

TTML = [CaptionFormat.DFXP, CaptionFormat.ECHO, CaptionFormat.TPM, CaptionFormat.TWX]
TT = "{http://www.w3.org/ns/ttml}"


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(judges_folder("ttml1-xsd/ttml1.xsd")))


def valid(schema: etree.XMLSchema, text: bytes) -> etree._Element:
    root = etree.fromstring(text)
    assert schema.validate(root), str(schema.error_log)
    return root


@pytest.mark.parametrize("format", TTML)
@pytest.mark.parametrize(("name", "options"), CASES)
def test_every_file_is_valid_and_has_every_word(
    schema: etree.XMLSchema, name: str, options: dict[str, Any], format: CaptionFormat
) -> None:
    source, given = named(name), chosen(options)
    about = Metadata(title="A & <B>\x0b", identifier="f00d")
    root = valid(
        schema, render_captions(source, format, given, metadata=about).body.removeprefix(b"\xef\xbb\xbf")
    )
    found = []
    for paragraph in root.iter(f"{TT}p"):
        for line_break in paragraph.iter(f"{TT}br"):
            line_break.tail = " " + (line_break.tail or "")
        found.append(" ".join("".join(paragraph.itertext()).split()))
    shown, wanted = " ".join(found), " ".join(text for _, _, text in expected(source, format, given))
    if format is CaptionFormat.TWX:  # has no lines, whose breaks are no spaces in writing that has none
        shown, wanted = "".join(shown.split()), "".join(wanted.split())
    assert shown == wanted


@pytest.mark.parametrize("format", TTML)
def test_nothing_to_show_is_valid_too(schema: etree.XMLSchema, format: CaptionFormat) -> None:
    assert valid(schema, render_captions(talk(), format, CaptionOptions()).body) is not None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_text_at_any_time_is_valid(schema: etree.XMLSchema, data: st.DataObject) -> None:
    source = data.draw(documents())
    source = replace(
        source,
        words=[
            Word(text=" ".join(each.lines), start=each.start, end=each.end, segment=number)
            for number, each in enumerate(source.captions)
        ],
        metadata=Metadata(title=data.draw(st.text(max_size=20)), identifier=data.draw(st.text(max_size=20))),
    )
    for format in TTML:
        valid(schema, WRITERS[format].write(source).encode())


STYLE = '<styling><style xml:id="s" tts:color="{colour}"/></styling>'
OLDER = 'xmlns="http://www.w3.org/2006/10/ttaf1" xmlns:tts="http://www.w3.org/2006/10/ttaf1#styling"'
ID = "<metadata><ttm:desc>{id}</ttm:desc></metadata>"
HEADERS = [
    "<head/>",
    f'<head><layout><region xml:id="r" tts:extent="1px 1px"/></layout>{STYLE}</head>',
    f'<head {OLDER}>{STYLE}<layout><region xml:id="r" style="s"/></layout>{ID}</head>',
    "<head><ttm:title>{id}</ttm:title><ttm:desc>d</ttm:desc><metadata/><styling/><layout/></head>",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_is_valid_in_itself_gives_a_valid_file(schema: etree.XMLSchema, header: str) -> None:
    about = Metadata(custom={"id": "<&>", "colour": "white"})
    options = CaptionOptions(dfxp_header=header)
    valid(schema, render_captions(SAMPLE, CaptionFormat.DFXP, options, metadata=about).body)


PIECES = st.sampled_from(
    [
        *(
            "<head>",
            "</head>",
            "<metadata>",
            "</metadata>",
            "<styling/>",
            "<layout/>",
            "{id}",
            "&amp;",
            "&x;",
        ),
        *(
            '<x:y xmlns:x="urn:x"/>',
            "<!-- c -->",
            "<![CDATA[<p>]]>",
            "<?pi?>",
            "<!DOCTYPE x>",
            "text",
            "</tt>",
        ),
        *("<ttm:title>t</ttm:title>", "<p/>", "\x00", "\ufffe", "é", "]]>"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join), st.dictionaries(st.just("id"), st.text(max_size=5)))
def test_any_header_is_refused_or_gives_a_valid_file(
    schema: etree.XMLSchema, header: str, custom: dict[str, str]
) -> None:
    for text in (header, f"<head>{header}</head>", f"<head><metadata>{header}</metadata></head>"):
        options = CaptionOptions(dfxp_header=text)
        try:
            body = render_captions(SAMPLE, CaptionFormat.DFXP, options, metadata=Metadata(custom=custom)).body
        except UnusableOption as refused:
            assert str(refused).startswith("dfxp_header: ")
            continue
        root = etree.fromstring(body)
        if not schema.validate(root):  # foreign elements and loose text are the caller's
            head = root.find(f"{TT}head")
            assert head is not None or not text.strip()
            root.remove(head)
            assert schema.validate(root), str(schema.error_log)


def test_the_schema_refuses_what_is_wrong(schema: etree.XMLSchema) -> None:
    body = render_captions(SAMPLE, CaptionFormat.DFXP, CaptionOptions()).body
    assert not schema.validate(etree.fromstring(body.replace(b"<br/>", b"<hr/>", 1)))
    assert not schema.validate(etree.fromstring(body.replace(b' xml:lang="en"', b"")))
