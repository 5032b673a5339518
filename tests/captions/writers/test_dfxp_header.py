from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from scribedock_captions.document import Metadata
from scribedock_captions.errors import UnusableOption
from scribedock_captions.writers import dfxp
from tests.captions.writers.documents import document

TT = "{http://www.w3.org/ns/ttml}"
TTS = "{http://www.w3.org/ns/ttml#styling}"
COURSE = {"course": 'BIO <101> & "more"', "room": "7"}


def head(header: str, custom: dict[str, str] | None = None) -> etree._Element:
    about = Metadata(title="The job", identifier="f00d", custom=custom or {})
    text = dfxp.write(document(("Hi.", 0, 1000), metadata=about, dfxp_header=header))
    root = etree.fromstring(text.encode())
    [found, body] = root
    assert (found.tag, body.tag) == (f"{TT}head", f"{TT}body")
    return found


def body_of(header: str) -> etree._Element:
    return head(header).getnext()


def test_the_header_takes_the_place_of_the_whole_head() -> None:
    found = head("<head><metadata><ttm:desc>us</ttm:desc></metadata></head>")
    assert [child.tag for child in found] == [f"{TT}metadata"]
    assert "".join(found.itertext()).strip() == "us"


@pytest.mark.parametrize("header", ["", " \n"])
def test_an_empty_header_is_none(header: str) -> None:
    assert "The job" in "".join(head(header).itertext())


def test_keys_of_the_metadata_are_filled_in_and_never_become_markup() -> None:
    found = head(
        '<head><metadata><ttm:desc at="{room}">{course}, {unknown}</ttm:desc>{room}</metadata></head>',
        COURSE,
    )
    [course] = found[0]
    assert (course.text, course.get("at"), course.tail) == ('BIO <101> & "more", {unknown}', "7", "7")
    assert len(course) == 0


@pytest.mark.parametrize(
    "header",
    [
        '<head><styling><style xml:id="s" tts:color="red"/></styling></head>',
        '<head xmlns=""><styling><style xml:id="s" tts:color="red"/></styling></head>',
        '<?xml version="1.0"?>\n<head><styling><style xml:id="s" tts:color="red"/></styling></head>',
        (
            '<t:head xmlns:t="http://www.w3.org/ns/ttml"><t:styling><t:style xml:id="s" tts:color="red"/>'
            "</t:styling></t:head>"
        ),
        (
            '<head xmlns="http://www.w3.org/2006/10/ttaf1" xmlns:a="http://www.w3.org/2006/10/ttaf1#styling">'
            '<styling><style xml:id="s" a:color="red"/></styling></head>'
        ),
        (
            '<head xmlns="http://www.w3.org/2006/04/ttaf1" xmlns:a="http://www.w3.org/2006/04/ttaf1#style">'
            '<styling><style xml:id="s" a:color="red"/></styling></head>'
        ),
        '<!-- ours --><head><?page break?><styling><style xml:id="s" tts:color="red"/></styling></head>',
    ],
)
def test_a_head_of_any_namespace_becomes_one_of_ttml(header: str) -> None:
    [styling] = head(header)
    [style] = styling
    assert (styling.tag, style.tag, style.get(f"{TTS}color")) == (f"{TT}styling", f"{TT}style", "red")


def test_the_parts_of_a_head_stand_in_the_order_of_the_schema() -> None:
    found = head("<head><layout/><styling/><metadata/><ttm:title>x</ttm:title></head>")
    assert [etree.QName(child).localname for child in found] == ["metadata", "title", "styling", "layout"]


def test_the_body_is_in_the_first_region_of_the_header() -> None:
    regions = '<region xml:id="top"/><region xml:id="low"/>'
    assert body_of(f"<head><layout>{regions}</layout></head>").get("region") == "top"
    assert dict(body_of("<head/>").attrib) == {}


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("<head>", "is not well-formed XML: "),
        ("not XML", "must be one element, <head>…</head>, and nothing else"),
        ("<head/><head/>", "must be one element, <head>…</head>, and nothing else"),
        ("<head/>x", "must be one element, <head>…</head>, and nothing else"),
        ("</tt><tt>", "is not well-formed XML: "),
        ("<head/></tt><tt>", "is not well-formed XML: "),
        ("<body/>", "the element must be head, not body"),
        ('<head xmlns="urn:x"/>', "head is of the namespace 'urn:x'; only TTML1's own"),
        ("<head>text</head>", "the text 'text' cannot stand between elements"),
        ("<head><p>x</p></head>", "p cannot stand in a head; use metadata, styling, layout"),
        ("<head>&nbsp;</head>", "is not well-formed XML: Entity 'nbsp' not defined"),
        ("<!DOCTYPE head><head/>", "may not have a DTD or entities"),
        ('<!DOCTYPE h [<!ENTITY a "b">]><head>&a;</head>', "may not have a DTD or entities"),
        ("<head a='1' a='2'/>", "is not well-formed XML: Attribute a redefined"),
        ("<head>" + "<metadata>" * 300, "is not well-formed XML: "),
        ("<head>\x00</head>", "is not well-formed XML: "),
        ("<x:head/>", "is not well-formed XML: Namespace prefix x on head is not defined"),
    ],
)
def test_anything_but_a_head_is_refused_with_the_reason(header: str, problem: str) -> None:
    with pytest.raises(UnusableOption) as refused:
        head(header)
    assert str(refused.value).startswith(f"dfxp_header: {problem}")


XHTML = "http://www.w3.org/1999/xhtml"


@pytest.mark.parametrize(
    "inside",
    [
        f'<metadata><script xmlns="{XHTML}">alert(1)</script></metadata>',
        f'<metadata><h:script xmlns:h="{XHTML}" src="//evil"/></metadata>',
        f'<h:script xmlns:h="{XHTML}"/>',
        f'<metadata><ttm:desc><h:img xmlns:h="{XHTML}" onerror="x"/></ttm:desc></metadata>',
        '<metadata><svg xmlns="http://www.w3.org/2000/svg"><script/></svg></metadata>',
        '<metadata xmlns:l="http://www.w3.org/1999/xlink" l:href="javascript:x"/>',
        f'<metadata xmlns:h="{XHTML}" h:onclick="x"/>',
        f'<metadata><script xmlns="{XHTML}?http://www.w3.org/ns/ttml"/></metadata>',
        '<metadata><x xmlns="http://www.w3.org/ns/ttml#other"/></metadata>',
        '<metadata><x xmlns="http://www.w3.org/2006/10/ttaf1#other"/></metadata>',
        '<metadata><x xmlns="HTTP://WWW.W3.ORG/ns/ttml"/></metadata>',
    ],
)
def test_a_head_contains_nothing_of_a_foreign_namespace(inside: str) -> None:
    with pytest.raises(UnusableOption, match=r"^dfxp_header: \w+ is of the namespace '.+'; only TTML1's own"):
        head(f"<head>{inside}</head>")


def test_a_foreign_namespace_that_nothing_is_of_is_left_out() -> None:
    found = head(f'<head xmlns:h="{XHTML}" xmlns:x="urn:x"><metadata xml:lang="en"/></head>')
    assert set(found.nsmap.values()) == {uri.strip("{}") for uri in (TT, TTS)} | {
        "http://www.w3.org/ns/ttml#metadata",
        "http://www.w3.org/ns/ttml#parameter",
    }


def test_a_header_has_at_most_64_kib_in_utf_8() -> None:
    filling = 64 * 1024 - len("<head><!---->é</head>".encode())
    assert head(f"<head><metadata/><!--{'x' * (filling - 17)}--></head>") is not None
    with pytest.raises(UnusableOption, match=r"^dfxp_header: must have at most 65,536 bytes, not 65,5\d\d$"):
        head(f"<head><!--{'é' * (32 * 1024 - 7)}--></head>")


def test_keys_cannot_blow_up_a_small_header() -> None:
    with pytest.raises(
        UnusableOption, match=r"^dfxp_header: its keys would add more than 1,048,576 characters$"
    ):
        head(f"<head><metadata>{'{a}' * 20_000}</metadata></head>", {"a": "x" * 16_000})


@settings(max_examples=300)
@given(
    st.text(alphabet="<>/&;:=\"'{}!-[]?headmtsylingrox \n\x00é", max_size=60),
    st.dictionaries(st.sampled_from(["a", "head", "x"]), st.text(max_size=10), max_size=2),
)
def test_any_header_is_refused_or_gives_a_well_formed_document(header: str, custom: dict[str, str]) -> None:
    for text in (header, f"<head>{header}</head>", f"<head><metadata>{header}</metadata></head>"):
        try:
            head(text, custom)
        except UnusableOption as refused:
            assert str(refused).startswith("dfxp_header: ")
