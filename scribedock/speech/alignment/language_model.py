"""A language model of one text: what is likely to be heard where this text is read out.

As Moreno et al. align long recordings ("A recursive algorithm for the forced alignment of very long audio
segments", ICSLP 1998): a recognizer that knows only the text's own words, in their order, makes few errors
where the text is right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

DISCOUNT = 0.5  # taken off every count, for what was not seen
OTHERS_SHARE = 0.8  # the share of what does not follow the text
END_PROBABILITY = 0.05  # that speech ends after any word
BEGIN, END = "<s>", "</s>"
LOG_ZERO = -99.0

Gram = tuple[str, ...]


def arpa(text: Sequence[str], others: Sequence[str] = ()) -> str:
    """Return a trigram model of a text of at least one word as an ARPA file; it may start and end anywhere.

    others are words that are not in the text: they are likelier than its own words in another order.
    """
    counts = [Counter(_grams(text, order)) for order in (1, 2, 3)]
    following = [_followers(grams) for grams in counts[1:]]
    lines = ["\\data\\"]
    lines += [
        f"ngram {order}={len(grams) + (2 + len(others)) * (order == 1)}"
        for order, grams in enumerate(counts, start=1)
    ]
    share = (1 - END_PROBABILITY) * (1 - OTHERS_SHARE if others else 1)
    unigrams = {gram: share * count / len(text) for gram, count in counts[0].items()}
    lines += ["", "\\1-grams:", f"{math.log10(END_PROBABILITY):.4f} {END} 0.0", f"{LOG_ZERO} {BEGIN} 0.0"]
    lines += [
        f"{math.log10(share):.4f} {gram[0]} {_backoff(gram, following[0]):.4f}"
        for gram, share in unigrams.items()
    ]
    lines += [
        f"{math.log10((1 - END_PROBABILITY) * OTHERS_SHARE / len(others)):.4f} {word} 0.0" for word in others
    ]
    bigrams = {
        gram: _discounted(gram, count, following[0], unigrams[gram[1:]]) for gram, count in counts[1].items()
    }
    lines += ["", "\\2-grams:"]
    lines += [
        f"{math.log10(share):.4f} {' '.join(gram)} {_backoff(gram, following[1]):.4f}"
        for gram, share in bigrams.items()
    ]
    lines += ["", "\\3-grams:"]
    lines += [
        f"{math.log10(_discounted(gram, count, following[1], bigrams[gram[1:]])):.4f} {' '.join(gram)}"
        for gram, count in counts[2].items()
    ]
    return "\n".join([*lines, "", "\\end\\", ""])


def _grams(text: Sequence[str], order: int) -> Iterator[Gram]:
    return zip(*(text[place:] for place in range(order)), strict=False)


def _followers(grams: Counter[Gram]) -> dict[Gram, tuple[int, list[Gram]]]:
    """Return, for each beginning, how often it occurs and which n-grams continue it."""
    found: dict[Gram, tuple[int, list[Gram]]] = {}
    for gram, count in grams.items():
        total, each = found.setdefault(gram[:-1], (0, []))
        each.append(gram)
        found[gram[:-1]] = (total + count, each)
    return found


def _reserved(total: int, kinds: int) -> float:
    """Return the share that is reserved for what was not seen."""
    return DISCOUNT * kinds / total


def _discounted(
    gram: Gram, count: int, followers: dict[Gram, tuple[int, list[Gram]]], shorter: float
) -> float:
    """Return the probability by absolute discounting, interpolated with the shorter context."""
    total, each = followers[gram[:-1]]
    return (count - DISCOUNT) / total + _reserved(total, len(each)) * shorter


def _backoff(gram: Gram, followers: dict[Gram, tuple[int, list[Gram]]]) -> float:
    """Return the back-off weight: the share that an interpolated model has left."""
    if gram not in followers:
        return 0.0
    total, each = followers[gram]
    return math.log10(_reserved(total, len(each)))
