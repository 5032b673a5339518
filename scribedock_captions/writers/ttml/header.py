"""`dfxp_header`: a head that a stranger wrote, which takes the place of ours.

It is parsed, never pasted: no DTD, no entities, one element named head, and in it nothing but TTML1's own:
an element of XHTML's would run as a script where the file is opened.  The keys of the job's custom_metadata
are replaced in its texts and attributes, where no value can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import chain

from lxml import etree

from scribedock_captions.errors import UnusableOption
from scribedock_captions.writers.markup import legal, quoted
from scribedock_captions.writers.ttml.body import PREFIXES, TT

MAX_HEAD_BYTES = 64 * 1024
MAX_ADDED_CHARACTERS = 1024 * 1024  # characters that custom_metadata may add
OLDER_NAMESPACE = re.compile(r"http://www\.w3\.org/2006/(?:10|04)/ttaf1(?P<part>(?:#\w+)?)")
NAMESPACE_PARTS = {"": "", "#style": "#styling", "#styling": "#styling"}  # 2006/04 said #style
DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml\s[^>]*\?>")
ERROR_PLACE = re.compile(r", line \d+, column \d+\Z")  # in our document, which the caller never sees
KEY = re.compile(r"\{([^{}]+)\}")
NAMESPACES = {None: TT} | dict(PREFIXES)
HEAD_ORDER = {"metadata": 0, "styling": 2, "layout": 3}
XML = "http://www.w3.org/XML/1998/namespace"
XML_ID = f"{{{XML}}}id"
ELEMENT_NAMESPACES = frozenset({TT, *PREFIXES.values()})
ATTRIBUTE_NAMESPACES = frozenset({XML, *PREFIXES.values()})


class CustomHead:
    """The head as it stands in our document, and the attributes of a body that belongs to it.

    Raises UnusableOption, which says what is wrong with the header.
    """

    def __init__(self, header: str, custom: Mapping[str, str]) -> None:
        if sum(len(custom.get(key, "")) for key in KEY.findall(header)) > MAX_ADDED_CHARACTERS:
            raise UnusableOption(
                f"dfxp_header: its keys would add more than {MAX_ADDED_CHARACTERS:,} characters"
            )
        root = etree.Element(f"{{{TT}}}tt", nsmap=NAMESPACES)
        head = _rebuilt(_parsed(header), root, custom)
        _put_in_order(head)
        document = etree.tostring(root, encoding="unicode")
        self.element = f" {document[document.index('>') + 1 : document.rindex('<')].strip()}\n"
        region = head.find(f"{{{TT}}}layout/{{{TT}}}region[@{XML_ID}]")
        self.body_attributes = "" if region is None else f" region={quoted(region.get(XML_ID))}"


def _parsed(header: str) -> etree._Element:
    size = len(header.encode())
    if size > MAX_HEAD_BYTES:
        raise UnusableOption(f"dfxp_header: must have at most {MAX_HEAD_BYTES:,} bytes, not {size:,}")
    if "<!DOCTYPE" in header or "<!ENTITY" in header:
        raise UnusableOption("dfxp_header: may not have a DTD or entities")
    prefixes = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    # Inside a document of ours, a header may use our prefixes without declaring them.
    text = f'<tt xmlns="{TT}"{prefixes}>{DECLARATION.sub("", header)}</tt>'
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        problem = ERROR_PLACE.sub("", str(error.msg))
        raise UnusableOption(f"dfxp_header: is not well-formed XML: {problem}") from None
    loose = chain([root.text], (child.tail for child in root))
    if len(root) != 1 or any((text or "").strip() for text in loose):
        raise UnusableOption("dfxp_header: must be one element, <head>…</head>, and nothing else")
    head = root[0]
    root.remove(head)
    head.tail = None
    return head


def _rebuilt(source: etree._Element, parent: etree._Element, custom: Mapping[str, str]) -> etree._Element:
    """Copy an element into our namespaces, with the keys of `custom` filled in."""

    def filled(text: str) -> str:
        return KEY.sub(lambda key: legal(custom.get(key[1], key[0])), text)

    attributes = {
        _own(_renamed(name, ""), ATTRIBUTE_NAMESPACES): filled(value) for name, value in source.attrib.items()
    }
    copy = etree.SubElement(parent, _own(_renamed(source.tag, TT), ELEMENT_NAMESPACES), attributes)
    copy.text, copy.tail = (text and filled(text) for text in (source.text, source.tail))
    for child in source:
        _rebuilt(child, copy, custom)
    return copy


def _renamed(tag: str, default: str) -> str:
    name = etree.QName(tag)
    uri = name.namespace or default
    older = OLDER_NAMESPACE.fullmatch(uri)
    if older:
        part = older["part"]
        uri = TT + NAMESPACE_PARTS.get(part, part)
    return f"{{{uri}}}{name.localname}" if uri else name.localname


def _own(tag: str, namespaces: Collection[str]) -> str:
    """Return the name as it is.  Raises UnusableOption where it has a namespace, and none of these."""
    name = etree.QName(tag)
    if name.namespace and name.namespace not in namespaces:
        raise UnusableOption(
            f"dfxp_header: {name.localname[:30]} is of the namespace {name.namespace[:80]!r}; only TTML1's "
            f"own ({TT}, and its #metadata, #parameter and #styling) can stand in a head"
        )
    return tag


def _put_in_order(head: etree._Element) -> None:
    """Order the head as TTML1 asks (§7.1.2): metadata, parameters, styling, layout."""
    if head.tag != f"{{{TT}}}head":
        raise UnusableOption(f"dfxp_header: the element must be head, not {etree.QName(head).localname}")
    for text in chain([head.text], (child.tail for child in head)):
        if text and text.strip():
            raise UnusableOption(f"dfxp_header: the text {text.strip()[:30]!r} cannot stand between elements")
    for child in head:
        name = etree.QName(child)
        if name.namespace == TT and name.localname not in HEAD_ORDER:
            raise UnusableOption(
                f"dfxp_header: {name.localname} cannot stand in a head; use {', '.join(HEAD_ORDER)}"
            )
    head[:] = sorted(head, key=_place)


def _place(child: etree._Element) -> int:
    name = etree.QName(child)
    if name.namespace == TT:
        return HEAD_ORDER[name.localname]
    return 1 if name.namespace == PREFIXES["ttp"] else 0
