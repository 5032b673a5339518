"""Captions for the tests of SCC, as hypothesis makes them up."""

from __future__ import annotations

from hypothesis import strategies as st

from scribedock_captions.writers.scc.transliteration import transliterated

TEXTS = st.text(
    st.characters(max_codepoint=0x24F, exclude_categories=["Cc", "Cf"], exclude_characters="|")
    | st.sampled_from("♪®½àèâÀÉÑ*{}~—“”’…שלвдλ今🎵")
    | st.just(" "),
    min_size=1,
    max_size=45,
).filter(lambda text: bool(transliterated(text).strip()) and len(transliterated(text)) <= 60)
LINES = st.lists(TEXTS.filter(lambda text: len(transliterated(text)) <= 32), min_size=1, max_size=4)


@st.composite
def timed_texts(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """Captions of up to four rows that follow each other, some of them faster than they can be sent."""
    at = draw(st.integers(0, 3000))
    found = []
    for _ in range(draw(st.integers(1, 8))):
        start = at + draw(st.sampled_from([0, 0, 1, 40, 100, 700, 4000]))
        at = start + draw(st.integers(1, 200) | st.integers(1, 4000))
        found.append((draw(TEXTS | LINES.map("|".join)), start, at))
    return found
