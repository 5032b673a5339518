"""Files as broken disks, lines and programs leave them: seeded, so that each can be made again."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

HEAD = 512  # bytes within which most containers say what they are
EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

Damage = Callable[[random.Random, bytearray], bytearray]


def damaged(whole: bytes, seed: str) -> tuple[str, bytes]:
    """Return what was done to the file, and what is left of it; the same for the same seed."""
    chance = random.Random(seed)
    damage = chance.choice(KINDS)
    broken = damage(chance, bytearray(whole))
    if chance.random() < 0.2:
        second = chance.choice(KINDS)
        return f"{damage.__name__} and {second.__name__}", bytes(second(chance, broken))
    return damage.__name__, bytes(broken)


def few_bits_flipped(chance: random.Random, file: bytearray) -> bytearray:
    return _flipped(chance, file, chance.randint(1, 8), len(file))


def many_bits_flipped(chance: random.Random, file: bytearray) -> bytearray:
    return _flipped(chance, file, max(1, len(file) // chance.choice((50, 200, 1000))), len(file))


def head_flipped(chance: random.Random, file: bytearray) -> bytearray:
    return _flipped(chance, file, chance.randint(1, 16), HEAD)


def _flipped(chance: random.Random, file: bytearray, bits: int, within: int) -> bytearray:
    for _ in range(bits if file else 0):
        file[chance.randrange(min(within, len(file)))] ^= 1 << chance.randrange(8)
    return file


def truncated(chance: random.Random, file: bytearray) -> bytearray:
    return file[: chance.randrange(len(file) + 1)]


def beginning_lost(chance: random.Random, file: bytearray) -> bytearray:
    return file[chance.randrange(len(file) + 1) :]


def middle_lost(chance: random.Random, file: bytearray) -> bytearray:
    begin, end = _range(chance, file)
    return file[:begin] + file[end:]


def middle_overwritten(chance: random.Random, file: bytearray) -> bytearray:
    begin, end = _range(chance, file)
    size = end - begin
    file[begin:end] = chance.choice((bytes(size), b"\xff" * size, chance.randbytes(size)))
    return file


def middle_repeated(chance: random.Random, file: bytearray) -> bytearray:
    begin, end = _range(chance, file)
    return file[:end] + file[begin:end] * chance.randint(1, 3) + file[end:]


def number_made_extreme(chance: random.Random, file: bytearray) -> bytearray:
    """Return a size, a count, a rate or a time stamp says what no file means."""
    for _ in range(chance.randint(1, 3)):
        if len(file) >= 8:
            within = len(file) if chance.random() < 0.5 else min(len(file), HEAD)
            at = chance.randrange(within - 4)
            struct.pack_into(chance.choice("<>") + "I", file, at, chance.choice(EXTREMES))
    return file


def end_grown(chance: random.Random, file: bytearray) -> bytearray:
    return file + chance.randbytes(chance.randint(1, 4 * HEAD))


def _range(chance: random.Random, file: bytearray) -> tuple[int, int]:
    begin = chance.randrange(len(file) + 1)
    return begin, min(len(file), begin + chance.randint(1, max(1, len(file) // 4)))


KINDS: tuple[Damage, ...] = (
    few_bits_flipped,
    many_bits_flipped,
    head_flipped,
    truncated,
    beginning_lost,
    middle_lost,
    middle_overwritten,
    middle_repeated,
    number_made_extreme,
    end_grown,
)
