from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from scribedock.speech.diarization import voices
from scribedock.speech.diarization.people import voices_of_people

Numbers = npt.NDArray[np.float64]
DIMENSIONS = 64
SIMILARITY = 0.4


def windows_of(*turns: tuple[int, int], spread: float = 0.8, alike: float = 0.0, seed: int = 1) -> Numbers:
    """Return the directions of windows, a person's number and a number of windows for each turn.

    spread is the length of what differs from window to window, beside a voice of length 1; alike that of what
    all voices share.
    """
    random = np.random.default_rng(seed)

    def direction() -> Numbers:
        found: Numbers = random.normal(size=DIMENSIONS)
        return found / np.linalg.norm(found)

    common = alike * direction()
    people = {person: direction() + common for person in sorted({person for person, _ in turns})}
    found = np.array([people[person] + spread * direction() for person, count in turns for _ in range(count)])
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def owners(directions: Numbers, people: int | None = None) -> list[int]:
    """Return whose each window is, numbered by the first."""
    found = (directions @ voices_of_people(directions, people, SIMILARITY).T).argmax(axis=1)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(int(each), len(numbers)) for each in found]


@pytest.mark.parametrize("people", [1, 2, 3, 5])
def test_as_many_people_are_found_as_speak(people: int) -> None:
    turns = [(person, 12) for person in range(people)] * 2
    assert owners(windows_of(*turns)) == [person for person, count in turns for _ in range(count)]


def test_two_voices_that_are_much_alike_are_two_people_where_each_is_steady() -> None:
    found = owners(windows_of((0, 30), (1, 30), spread=0.3, alike=0.75))
    assert found == [0] * 30 + [1] * 30


def test_a_voice_that_varies_is_one_person() -> None:
    directions = windows_of((0, 20), (1, 20), spread=0.9, alike=2.0)
    assert set(owners(directions)) == {0}


@pytest.mark.parametrize("people", [1, 2, 3])
def test_a_noise_of_two_windows_is_nobody(people: int) -> None:
    turns = [(person, 15) for person in range(people)]
    found = owners(windows_of(*turns, (9, 2), *turns))
    assert len(set(found)) == people


def test_a_person_of_three_windows_is_found() -> None:
    assert owners(windows_of((0, 20), (1, 3), (0, 20))) == [0] * 20 + [1] * 3 + [0] * 20


@pytest.mark.parametrize("people", [1, 2, 3, 4])
def test_there_are_as_many_people_as_were_given(people: int) -> None:
    directions = windows_of((0, 15), (1, 15), (2, 15), (9, 1))
    assert len(set(owners(directions, people))) == people


def test_a_noise_is_not_one_of_the_people_who_were_given() -> None:
    found = owners(windows_of((0, 15), (9, 1), (1, 15)), 2)
    assert (set(found[:15]), set(found[16:])) == ({0}, {1})


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("people", [1, 2, 5, None])
def test_a_few_windows_are_enough(count: int, people: int | None) -> None:
    assert len(owners(windows_of((0, count)), people)) == count


def test_silence_is_nobody_in_particular() -> None:
    assert len(voices_of_people(np.zeros((5, DIMENSIONS)), None, SIMILARITY)) == 1


def test_windows_of_which_no_two_are_alike_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "BLOCK_VOICES", 40)
    directions = windows_of(*((person, 1) for person in range(60)), spread=0.1)
    assert len(owners(directions)) == 60


def test_blocks_of_windows_have_the_same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    directions = windows_of(*[(0, 40), (1, 40), (2, 20)] * 3)
    whole = owners(directions)
    monkeypatch.setattr(voices, "BLOCK_VOICES", 50)
    assert owners(directions) == whole
    assert len(set(whole)) == 3
