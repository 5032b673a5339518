"""The spellings of parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.api.schema.parameters import (
    Bool,
    Document,
    End,
    Identifier,
    Int,
    Moment,
    Number,
    Parameters,
    Repeated,
    Strings,
    Text,
    choice,
    read,
)
from scribedock.clock import parse_time
from scribedock.errors import InvalidOption, InvalidQuery, MissingParameter, ScribedockError


class Colour(StrEnum):
    RED = "RED"
    DARK_BLUE = "DARK_BLUE"


class Everything(Parameters):
    flag: Bool = False
    count: Int | None = None
    share: Number | None = None
    when: Moment | None = None
    until: End | None = None
    word: Text = "default"
    maybe: Text | None = None
    names: Strings = ()
    colour: Annotated[Colour, choice(Colour)] | None = None
    more: Document | None = None
    item: Identifier | None = None


class Needy(Parameters):
    first: Text
    second: Int


def value_of(name: str, *values: Any) -> Any:
    return getattr(read(Everything, {name: Repeated(values)}), name)


@pytest.mark.parametrize("text", ["true", "TRUE", "t", "T", "yes", "Y", "1", " true ", True])
def test_true_has_many_spellings(text: Any) -> None:
    assert value_of("flag", text) is True


@pytest.mark.parametrize("text", ["false", "False", "f", "no", "N", "0", False])
def test_false_has_many_spellings(text: Any) -> None:
    assert read(Everything, {"flag": Repeated([text])}).flag is False


@pytest.mark.parametrize("text", ["maybe", "2", "on", "null", "tru"])
def test_any_other_boolean_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="flag"):
        value_of("flag", text)


@pytest.mark.parametrize(("given", "number"), [("5", 5), (" -3 ", -3), (7, 7), ("+7", 7), (7.0, 7)])
def test_an_integer_may_be_a_string(given: Any, number: int) -> None:
    assert value_of("count", given) == number


@pytest.mark.parametrize("text", ["5.5", "five", "0x10", "1e3", "1_000", "\u0665", "9" * 5000, True])
def test_what_is_no_whole_number_is_refused(text: Any) -> None:
    with pytest.raises(InvalidQuery, match="count"):
        value_of("count", text)


@pytest.mark.parametrize(
    ("given", "number"), [("5", 5.0), (" 2.5 ", 2.5), (".5", 0.5), ("3.", 3.0), ("-1E2", -100.0), (7, 7.0)]
)
def test_a_number_may_be_a_string(given: Any, number: float) -> None:
    assert value_of("share", given) == number


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "x", "1_0", "\u0665", "\uff11", "0x1", ".", "1e999", True]
)
def test_what_is_no_number_is_refused(text: Any) -> None:
    with pytest.raises(InvalidQuery, match="share"):
        value_of("share", text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014-08-27", datetime(2014, 8, 27, tzinfo=UTC)),
        ("2014-08-27T14:00:06", datetime(2014, 8, 27, 14, 0, 6, tzinfo=UTC)),
        ("2014-08-27T14:00:06.472706", datetime(2014, 8, 27, 14, 0, 6, 472706, tzinfo=UTC)),
        ("2014-08-27T14:00:06Z", datetime(2014, 8, 27, 14, 0, 6, tzinfo=UTC)),
        ("2014-08-27T14:00:06+02:00", datetime(2014, 8, 27, 12, 0, 6, tzinfo=UTC)),
        ("2014-08-27T14:00:06 02:00", datetime(2014, 8, 27, 12, 0, 6, tzinfo=UTC)),
        ("2014-08-27 14:00:06", datetime(2014, 8, 27, 14, 0, 6, tzinfo=UTC)),
    ],
)
def test_a_date_becomes_utc(text: str, moment: datetime) -> None:
    assert value_of("when", text) == moment


@pytest.mark.parametrize("text", ["yesterday", "2014-13-01", "27.8.2014", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="when"):
        value_of("when", text)


@pytest.mark.parametrize(
    "values",
    [
        ['["A", "B C"]'],
        ["['A', 'B C']"],
        ['("A","B C")'],
        ["(\"A\", 'B C')"],
        ["[A,B C]"],
        ["A,B C"],
        [" A , B C "],
        ["A", "B C"],
        [["A", "B C"]],
    ],
)
def test_a_list_has_many_spellings(values: list[Any]) -> None:
    assert value_of("names", *values) == ("A", "B C")


def test_brackets_may_be_the_items_of_a_list() -> None:
    assert value_of("names", '("[","]")') == ("[", "]")
    assert value_of("names", "('{', '}')") == ("{", "}")


@given(st.text(max_size=60))
def test_any_text_is_some_list(text: str) -> None:
    assert isinstance(value_of("names", "x" + text), tuple)


def test_a_python_literal_is_read_but_nothing_is_run() -> None:
    assert value_of("names", "[__import__('os').getcwd()]") == ("__import__('os').getcwd()",)


@pytest.mark.parametrize("text", ["red", "RED", "Red", " red "])
def test_a_choice_is_found_in_any_case(text: str) -> None:
    assert value_of("colour", text) is Colour.RED


def test_a_wrong_choice_names_the_right_ones() -> None:
    with pytest.raises(InvalidOption, match="RED, DARK_BLUE"):
        value_of("colour", "green")


def test_an_object_may_be_a_string() -> None:
    assert value_of("more", '{"a": [1]}') == value_of("more", {"a": [1]}) == {"a": [1]}


@pytest.mark.parametrize("text", ["[1]", "{a: 1}", "x", "[" * 100_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="more"):
        value_of("more", text)


@pytest.mark.parametrize("text", ["0x" + "1" * 30, "1_" * 16, "\u0661" * 32, "1" * 31, "g" * 32])
def test_what_is_no_identifier_stays_as_it_is_and_is_not_found(text: str) -> None:
    assert value_of("item", text) == text


def test_an_identifier_may_be_dashed_or_in_capitals() -> None:
    plain = "64bea283eff6475ea6596027a6ba0929"
    assert value_of("item", "64BEA283-EFF6-475E-A659-6027A6BA0929") == plain
    assert value_of("item", plain.upper()) == plain


def test_an_empty_value_is_an_absent_one_unless_it_is_a_text() -> None:
    values = {name: Repeated([""]) for name in Everything.model_fields}
    found = read(Everything, values)
    assert (found.count, found.colour, found.maybe, found.flag) == (None, None, None, False)
    assert found.word == ""


def test_of_a_repeated_value_the_last_counts() -> None:
    assert value_of("count", "1", "2") == 2


def test_all_missing_parameters_are_named() -> None:
    with pytest.raises(MissingParameter, match="first, second"):
        read(Needy, {})


def test_a_missing_parameter_is_told_before_a_wrong_one() -> None:
    with pytest.raises(MissingParameter, match="first"):
        read(Needy, {"second": Repeated(["x"])})


def test_unknown_parameters_are_ignored() -> None:
    assert read(Everything, {"media_url": Repeated(["x"])}) == Everything()


@given(st.sampled_from(sorted(Everything.model_fields)), st.text(max_size=40))
def test_no_text_makes_anything_but_a_clear_error(name: str, text: str) -> None:
    try:
        value_of(name, text)
    except ScribedockError as error:
        assert name in error.comment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014-08-27", "2014-08-27T23:59:59.999999"),
        ("20140827", "2014-08-27T23:59:59.999999"),
        ("2014-08-27T00:00", "2014-08-27T00:00:00"),
        ("2014-08-27T14:44:54Z", "2014-08-27T14:44:54"),
        ("9999-12-31", "9999-12-31T00:00:00"),
    ],
)
def test_a_day_without_a_time_lasts_until_its_end(text: str, moment: str) -> None:
    assert value_of("until", text) == parse_time(moment)
