from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.elementlist.codec import emit, parse, to_json
from scribedock_captions.elementlist.model import ElementList, Gender, Segment, Speaker, TokenType
from scribedock_captions.errors import InvalidElementList
from tests.captions.sample import SAMPLE, SPEAKERS, say, sentence, talk
from tests.captions.schema import EMITTED

"""What an ElementList that we emit may have, and nothing else."""


def minimal(**changes: Any) -> dict[str, Any]:
    return {"version": 2, "start_time": 0, "end_time": 1000, "language": "en", "segments": [], **changes}


def with_token(**changes: Any) -> dict[str, Any]:
    token = {"start_time": 0, "end_time": 500, "type": "word", "value": "hi", "display_as": "Hi", "tags": []}
    timed = {"start_time": 0, "end_time": 500}
    sequence = {**timed, "tokens": [{**token, **changes}]}
    return minimal(segments=[{**timed, "speaker_change": False, "sequences": [sequence]}])


def with_segment(**changes: Any) -> dict[str, Any]:
    segment = {"start_time": 0, "end_time": 500, "speaker_change": False, "sequences": [], **changes}
    return minimal(segments=[segment])


def test_a_list_comes_back_as_it_was() -> None:
    without_effects = replace(SAMPLE, speakers=SPEAKERS[1:], segments=SAMPLE.segments[1:])
    assert parse(to_json(without_effects)) == without_effects


@pytest.mark.parametrize("elementlist", [SAMPLE, say("Hello."), talk()], ids=["sample", "small", "empty"])
def test_emitted_lists_follow_the_schema(elementlist: ElementList) -> None:
    jsonschema.validate(emit(elementlist), EMITTED)


def test_speakers_are_numbered_from_one_and_keep_their_identity() -> None:
    emitted = emit(SAMPLE)
    back = parse(json.dumps(emitted))
    names = {speaker.id: speaker.name for speaker in SAMPLE.speakers}
    names_back = {speaker.id: speaker.name for speaker in back.speakers}
    assert min(names_back) == 1
    assert [names_back.get(segment.speaker_id or 0) for segment in back.segments] == [
        None if segment.speaker_id is None else names[segment.speaker_id] for segment in SAMPLE.segments
    ]


def test_a_speaker_whom_no_table_lists_gets_no_other_speakers_number() -> None:
    stranger = talk(sentence("Hi.", speaker=1), speakers=(Speaker(id=0, name="Effects"),))
    emitted = parse(json.dumps(emit(stranger)))
    assert emitted.segments[0].speaker_id not in {speaker.id for speaker in emitted.speakers}


def test_an_unnamed_sound_is_emitted_as_unknown() -> None:
    heard = parse(with_token(type="sound", display_as="[SOUND]", tags=["SOUND"]))
    assert b'"tags":["UNKNOWN"]' in to_json(heard)


@pytest.mark.parametrize(
    ("given", "expected"), [("EN_US", "en-us"), ("en", "en"), ("yue", "yue"), ("pt-BR", "pt-br")]
)
def test_languages_are_read_in_every_spelling(given: str, expected: str) -> None:
    assert parse(minimal(language=given)).language == expected


@pytest.mark.parametrize("number", [2, 3])
def test_versions_two_and_three_are_read(number: int) -> None:
    assert parse(minimal(version=number)) == parse(minimal())


@pytest.mark.parametrize(
    ("given", "expected"),
    [(0, TokenType.WORD), (1, TokenType.PUNCTUATION), (2, TokenType.SOUND), ("sound", TokenType.SOUND)],
)
def test_token_types_are_names_or_numbers(given: object, expected: TokenType) -> None:
    assert parse(with_token(type=given)).segments[0].sequences[0].tokens[0].type is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("Male", Gender.MALE), ("FEMALE", Gender.FEMALE), ("", Gender.UNKNOWN), (None, Gender.UNKNOWN)],
)
def test_genders_are_read_in_any_case(given: object, expected: Gender) -> None:
    speakers = [{"id": 0, "name": None, "gender": given}]
    assert parse(minimal(speakers=speakers)).speakers == (Speaker(id=0, name="", gender=expected),)


@pytest.mark.parametrize("given", [False, True, None, -1, "1"])
def test_anything_but_a_number_is_not_a_speaker(given: object) -> None:
    assert parse(with_segment(speaker_id=given)).segments[0].speaker_id is None


def test_unknown_fields_are_ignored() -> None:
    assert parse(with_segment(new=[1])) == parse(with_segment())


def test_times_that_are_called_bad_count_as_interpolated() -> None:
    assert parse(with_segment(bad_timing=True)) == parse(with_segment(interpolated=True))
    assert parse(with_segment(bad_timing=False)) == parse(with_segment())


def test_a_style_is_kept_wherever_it_stands() -> None:
    source = with_token(style="italic")
    source["segments"][0] |= {"style": "lyrics"}
    source["segments"][0]["sequences"][0] |= {"style": "loud"}
    [segment] = json.loads(to_json(parse(source)))["segments"]
    [sequence] = segment["sequences"]
    assert [each["style"] for each in (segment, sequence, sequence["tokens"][0])] == [
        "lyrics",
        "loud",
        "italic",
    ]
    jsonschema.validate(emit(parse(source)), EMITTED)


def test_a_word_without_a_value_has_the_text_in_lower_case() -> None:
    assert parse(with_token(value="")).segments[0].sequences[0].tokens[0].value == "hi"


def test_keywords_keep_their_place_beyond_the_end() -> None:
    ranges = [{"start_time": 5, "end_time": 90_000}]
    keyword = parse(minimal(keywords={"sea": {"display_name": "Sea", "time_ranges": ranges}})).keywords[0]
    assert (keyword.key, keyword.display_name, keyword.time_ranges[0].end_time) == ("sea", "Sea", 90_000)


TEN_BILLION = "whole milliseconds from 0 to 10000000000"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nonsense", "The ElementList is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"\xff\xfe\x00", "The ElementList is not JSON: "),
        ("[" * 100_000, "The ElementList is not JSON: "),
        ("[]", "ElementList: must be a JSON object"),
        ("null", "ElementList: must be a JSON object"),
        ("{}", "ElementList: this JSON is not one. An ElementList has version, start_time, "),
        (
            '{"events": [], "wireMagic": "pb3"}',
            "segments and speakers at its top; this has events, wireMagic",
        ),
        (minimal(version=1), "version: an ElementList has version 2 or 3, not 1"),
        (minimal(version=["2"]), "version: an ElementList has version 2 or 3, not ['2']"),
        (minimal(start_time=-1), f"ElementList.start_time: must be {TEN_BILLION}, not -1"),
        (minimal(end_time=1.5), f"ElementList.end_time: must be {TEN_BILLION}, not 1.5"),
        (minimal(end_time=True), f"ElementList.end_time: must be {TEN_BILLION}, not True"),
        ('{"version":2,"start_time":NaN}', f"ElementList.start_time: must be {TEN_BILLION}, not nan"),
        (minimal(end_time=10**30), f"ElementList.end_time: must be {TEN_BILLION}, not 1000"),
        (minimal(language=""), "ElementList.language: must be a text that is not empty"),
        (minimal(language="<en>"), "ElementList.language: use a code as en or en-us, not '<en>'"),
        (minimal(segments={}), "segments: must be a list"),
        (minimal(segments=[1]), "segments[0]: must be a JSON object"),
        (with_segment(sequences=None), "segments[0].sequences: must be a list"),
        (with_token(type="noun"), "segments[0].sequences[0].tokens[0].type: use word, punctuation or sound"),
        (with_token(type=["word"]), "segments[0].sequences[0].tokens[0].type: use word, punctuation or"),
        (with_token(type=True), "segments[0].sequences[0].tokens[0].type: use word, punctuation or sound"),
        (with_token(display_as=""), "segments[0].sequences[0].tokens[0].display_as: must be a text"),
        (with_token(display_as="\ud83d"), "tokens[0].display_as: half of a surrogate pair is not a"),
        (with_token(tags="MUSIC"), "segments[0].sequences[0].tokens[0].tags: must be a list"),
        (with_token(tags=["DRUMS"]), "segments[0].sequences[0].tokens[0].tags: 'DRUMS' is none of UNKNOWN"),
        (with_token(tags=[{}]), "segments[0].sequences[0].tokens[0].tags: {} is none of UNKNOWN"),
        (minimal(speakers={"1": "Ada"}), "speakers: must be a list"),
        (minimal(speakers=[{"id": "1"}]), "speakers[0].id: must be a whole number from 0"),
        (minimal(keywords=[1]), "keywords: must be a JSON object"),
        (minimal(topics={"a": {}}), "topics['a'].time_ranges: must be a list"),
        (minimal(topics={"\udc00": {"time_ranges": []}}), "topics: half of a surrogate pair is not a char"),
    ],
)
def test_an_unusable_value_is_reported_with_its_place(given: Any, message: str) -> None:
    with pytest.raises(InvalidElementList) as refused:
        parse(given)
    assert message in str(refused.value)


def test_an_error_about_a_huge_value_stays_short() -> None:
    with pytest.raises(InvalidElementList) as refused:
        parse(minimal(version=["x" * 1000] * 1000))
    assert len(str(refused.value)) < 300


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def broken_lists(draw: st.DrawFn) -> Any:
    """The emitted sample with a few values at random places replaced by any JSON."""
    data: Any = json.loads(to_json(SAMPLE))
    for _ in range(draw(st.integers(1, 3))):
        place = data
        for _depth in range(draw(st.integers(0, 6))):
            inner = place[draw(st.sampled_from(sorted(place)))] if isinstance(place, dict) and place else None
            if isinstance(place, list) and place:
                inner = place[draw(st.integers(0, len(place) - 1))]
            if not isinstance(inner, (dict, list)) or not inner:
                break
            place = inner
        if isinstance(place, dict) and place:
            place[draw(st.sampled_from(sorted(place)))] = draw(ANY_JSON)
        elif isinstance(place, list) and place:
            place[draw(st.integers(0, len(place) - 1))] = draw(ANY_JSON)
    return data


@settings(max_examples=400)
@given(broken_lists())
def test_a_broken_list_is_refused_or_can_be_emitted(data: Any) -> None:
    try:
        read = parse(json.dumps(data))
    except InvalidElementList:
        return
    jsonschema.validate(json.loads(to_json(read)), EMITTED)


@given(st.binary() | ANY_JSON.map(json.dumps))
def test_no_input_raises_anything_but_the_documented_error(data: bytes | str) -> None:
    try:
        parse(data)
    except InvalidElementList as refused:
        assert str(refused)


def test_times_are_kept_to_the_millisecond() -> None:
    segment = Segment(start_time=1, end_time=7_200_001, sequences=())
    back = parse(to_json(replace(talk(segment), end_time=7_200_001)))
    assert back.segments == (segment,)
