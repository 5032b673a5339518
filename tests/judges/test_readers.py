"""Our readers, judged by other people's files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.codec import emit, parse, to_json
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers import TextFormat, read
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from tests.judges.cases import CASES, chosen, example, judges_folder, named, written

pytestmark = pytest.mark.judges


@pytest.fixture(scope="session")
def counts() -> dict[str, int]:
    """Return how many cues a conforming parser finds in each file."""
    found = json.loads(judges_folder("webvtt-parsing/expected_cue_counts.json").read_text())
    assert len(found) == 36
    return dict(found)


def test_as_many_cues_are_found_in_each_file_as_the_standard_says(counts: dict[str, int]) -> None:
    folder = judges_folder("webvtt-parsing")
    found = {name: len(read((folder / name).read_bytes(), TextFormat.VTT).cues) for name in counts}
    assert found == counts


def test_the_w3c_parser_reads_the_same_text_and_times_from_each_file(
    counts: dict[str, int], w3c: Callable[[bytes], dict[str, Any]]
) -> None:
    folder = judges_folder("webvtt-parsing")
    for name in counts:
        data = (folder / name).read_bytes()
        theirs = [
            (round(cue["start"] * 1000), round(cue["end"] * 1000), " ".join(cue["text"].split()))
            for cue in w3c(data)["cues"]
        ]
        ours = [
            (cue.start, cue.end, " ".join(line.text for line in cue.lines))
            for cue in read(data, TextFormat.VTT).cues
        ]
        if len(theirs) == counts[name]:  # its own count differs from the standard's in some
            assert ours == theirs, name


def test_the_w3c_parser_reads_the_captions_below_a_header_with_the_language(
    w3c: Callable[[bytes], dict[str, Any]],
) -> None:
    plain = render_captions(named("plain"), CaptionFormat.WEB_VTT, CaptionOptions()).body
    metadata = Metadata(language_header=True)
    headed = render_captions(named("plain"), CaptionFormat.WEB_VTT, CaptionOptions(), metadata=metadata).body
    assert headed == plain.replace(b"WEBVTT\n", b"WEBVTT\nLanguage: en\n")
    assert w3c(headed)["cues"] == w3c(plain)["cues"] != []


@pytest.mark.parametrize("format", [CaptionFormat.WEB_VTT, CaptionFormat.DFXP, CaptionFormat.ECHO])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_what_the_writers_write_is_read_back(
    name: str, options: dict[str, Any], format: CaptionFormat
) -> None:
    source, given = named(name), chosen(options)
    cues = read(written(source, format, given)).cues
    assert [(cue.start, cue.end, tuple(line.text for line in cue.lines)) for cue in cues] == [
        (each.start, each.end, each.lines) for each in captions_of(source, format, given).captions
    ]


def schema(name: str) -> Any:
    return json.loads(judges_folder(f"../elementlist.{name}.schema.json").read_text())


def raw_example() -> Any:
    return json.loads(judges_folder("../example_elementlist.json").read_text())


def test_the_vendors_example_is_accepted_and_what_becomes_of_it_is_what_may_be_emitted() -> None:
    jsonschema.validate(raw_example(), schema("accept"))
    jsonschema.validate(emit(example()), schema("emit"))
    jsonschema.validate(emit(normalised(example())), schema("emit"))


def meaning(elementlist: Any, *, emitted: bool) -> Any:
    """Return all that an ElementList says, in what both spellings have in common."""
    shift = 0 if emitted else 1  # the example has a speaker 0

    def tags(token: Any) -> list[str]:
        return sorted("UNKNOWN" if tag == "SOUND" else tag for tag in token["tags"])

    def times(item: Any) -> tuple[int, int, bool]:
        """Return a time that is called bad is sent on as one that is estimated."""
        return item["start_time"], item["end_time"], item["interpolated"] or item.get("bad_timing", False)

    return {
        "times": (elementlist["start_time"], elementlist["end_time"]),
        "language": elementlist["language"].lower().replace("_", "-"),
        "speakers": [
            (each["id"] + shift, each["name"], each["gender"].upper()) for each in elementlist["speakers"]
        ],
        "annotations": [elementlist[name] for name in ("keywords", "topics", "entities")],
        "segments": [
            (times(segment), segment["speaker_change"], segment["speaker_id"] + shift)
            for segment in elementlist["segments"]
        ],
        "sequences": [
            (times(sequence), sequence.get("confidence_score"))
            for segment in elementlist["segments"]
            for sequence in segment["sequences"]
        ],
        "tokens": [
            [
                (times(token), token["type"], token["value"], token["display_as"], tags(token))
                for token in each["tokens"]
            ]
            for segment in elementlist["segments"]
            for each in segment["sequences"]
        ],
    }


def test_the_vendors_example_loses_nothing_that_means_something() -> None:
    sent = json.loads(to_json(example()))
    assert meaning(sent, emitted=True) == meaning(raw_example(), emitted=False)


def test_what_the_vendors_example_breaks_is_named_and_mended() -> None:
    assert [problem.place for problem in problems(example())] == [
        "speakers[0].id",
        "keywords['pork'].time_ranges[0].end_time",
    ]
    assert problems(parse(to_json(normalised(example())))) == []


def test_the_judges_are_found_where_they_are_said_to_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCRIBEDOCK_JUDGES", str(tmp_path))
    with pytest.raises(AssertionError, match="where ttml1-xsd is missing"):
        judges_folder("ttml1-xsd")
