"""The errors of the captions package, as the server answers them."""

from __future__ import annotations

import pytest

from scribedock.errors import ErrorType, ScribedockError, captions_errors
from scribedock_captions import errors

OPTION = {errors.UnusableOption}
FILE = {
    errors.CaptionsError,
    errors.UnreadableFile,
    errors.FileTooLarge,
    errors.UnsupportedFormat,
    errors.InvalidElementList,
    errors.UnwritableCaptions,
}


def test_every_error_of_the_captions_package_is_here() -> None:
    found = {each for each in vars(errors).values() if isinstance(each, type)}
    assert found == OPTION | FILE


@pytest.mark.parametrize("kind", sorted(OPTION | FILE, key=lambda kind: kind.__name__))
def test_an_error_of_the_captions_package_becomes_one_of_the_server(kind: type[Exception]) -> None:
    with pytest.raises(ScribedockError) as raised, captions_errors():
        raise kind("what is wrong")
    assert raised.value.comment == "what is wrong"
    assert raised.value.status == 400
    wanted = ErrorType.INVALID_OPTION if kind in OPTION else ErrorType.INVALID_QUERY
    assert raised.value.error_type is wanted


def test_any_other_error_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), captions_errors():
        raise ZeroDivisionError


def test_the_tree_that_the_module_shows_is_the_tree_of_its_errors() -> None:
    def drawn(kind: type[Exception], bars: str = "") -> list[str]:
        below = kind.__subclasses__()
        lines = []
        for each in below:
            last = each is below[-1]
            lines.append(f"{bars}{'└── ' if last else '├── '}{each.__name__}")
            lines += drawn(each, bars + ("    " if last else "│   "))
        return lines

    wanted = ["CaptionsError", *drawn(errors.CaptionsError)]
    assert (errors.__doc__ or "").split("\n\n")[1].splitlines() == wanted
