"""Hostile files that take a careless reader much time or memory, by kind."""

from __future__ import annotations

from collections.abc import Callable

from scribedock_captions.readers.decoding import MAX_FILE_BYTES

SIZE = MAX_FILE_BYTES // 16  # so that the tests are done soon
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "line feeds": lambda size: b"\n" * size,
    "spaces": lambda size: b" " * size,
    "one word": lambda size: b"a" * size,
    "digits": lambda size: b"1" * size,
    "colons": lambda size: b"0:0:" * (size // 4),
    "arrows": lambda size: b"-->\n" * (size // 4),
    "empty captions": lambda size: b"00:00:00,000 --> 00:00:01,000\n\n" * (size // 31),
    "vtt of arrows": lambda size: b"WEBVTT\n\n" + b"-->\n" * (size // 4),
    "vtt of digits": lambda size: b"WEBVTT\n\n" + b"1" * size + b"-->\n",
    "vtt of tags": lambda size: b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"<" * size,
    "vtt of voices": lambda size: b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"<v A>b" * (size // 6),
    "vtt of references": lambda size: b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"&amp" * (size // 4),
    "srt of tags": lambda size: b"00:00:00,000 --> 00:00:01,000\n" + b"<b " * (size // 3),
    "srt of overrides": lambda size: b"00:00:00,000 --> 00:00:01,000\n" + b"{\\" * (size // 2),
    "srt of numbers": lambda size: b"00:00:00,000 --> 00:00:01,000\n" + b"\n1" * (size // 2),
    "srt of overlaps": lambda size: b"".join(
        b"00:%02d:%02d,0 --> 09:00:00,000\na\n\n" % divmod(second % 3600, 60) for second in range(size // 35)
    ),
    "srt of closing tags": lambda size: b"00:00:00,000 --> 00:00:01,000\n" + b"<b></i>" * (size // 7),
    "sbv of times": lambda size: b"0:00:01.000,0:00:02.000\n" * (size // 24),
    "scc of pairs": lambda size: b"Scenarist_SCC V1.0\n\n00:00:00:00\t" + b"4141 " * (size // 5),
    "scc of rows": lambda size: b"Scenarist_SCC V1.0\n\n00:00:00:00\t" + b"9425 94ad 4141 " * (size // 15),
    "ttml of timed spans": lambda size: (
        b'<tt><body><p begin="1s">'
        + b'<span begin="1s" end="2s">a b</span>' * (size // 36)
        + b"</p></body></tt>"
    ),
    "ttml of languages": lambda size: (
        b"<tt><body>" + b'<p xml:lang="a" begin="1s" end="2s">a</p>' * (size // 41) + b"</body></tt>"
    ),
    "ttml of styles": lambda size: b"<tt>" + b'<style xml:id="a" style="a a a"/>' * (size // 34) + b"</tt>",
    "lrc": lambda size: b"[00:01.00]a\n" * (size // 12),
    "ttml of breaks": lambda size: b"<tt><body><p>" + b"<br/>" * (size // 5) + b"</p></body></tt>",
    "ttml of one word": lambda size: b"<tt><body><p>" + b"a" * size + b"</p></body></tt>",
    "ttml of one attribute": lambda size: b'<tt a="' + b"a" * size + b'"/>',
    "ttml of depth": lambda size: b"<tt>" + b"<div>" * (size // 5),
    "ttml of comments": lambda size: b"<tt>" + b"<!---->" * (size // 7) + b"</tt>",
    "ttml of references": lambda size: b"<tt><body><p>" + b"&eacute;" * (size // 8) + b"</p></body></tt>",
    "unclosed comments": lambda size: b"<!--" * (size // 4),
    "declarations": lambda size: b"<?xml " * (size // 6),
    "zeros": bytes,
    "broken utf-8": lambda size: b"\xff\xc3" * (size // 2),
    "every byte": lambda size: bytes(range(256)) * (size // 256),
}
