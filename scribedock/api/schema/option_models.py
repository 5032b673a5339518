"""Models of parameters made from the dataclasses of the captions library.

The dataclass is the one place that names an option, its type, default and meaning;
this adds how its value is spelled in a request.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import pydantic

from scribedock.api.schema.parameters import Bool, Int, Parameters, Strings, Text, choice
from scribedock.errors import captions_errors

Options = TypeVar("Options")

SPELLED: Mapping[Any, Any] = {
    bool: Bool,
    int: Int,
    str: Text,
    tuple[str, ...]: Strings,
    tuple[str, str]: Strings,
}


def model_of(
    name: str, base: type[Parameters], options: type[Any], synonyms: Mapping[str, str] | None = None
) -> type[Parameters]:
    """Extend `base` with the fields of the dataclass `options`; `synonyms` are older names."""
    hints = typing.get_type_hints(options)
    added: dict[str, Any] = {}
    for option in fields(options):
        default = option.default_factory() if option.default_factory is not MISSING else option.default
        older = [old for old, new in (synonyms or {}).items() if new == option.name]
        added[option.name] = (
            _spelled(hints[option.name]),
            pydantic.Field(
                default,
                description=_help(option),
                validation_alias=pydantic.AliasChoices(option.name, *older) if older else None,
                json_schema_extra=_limits(option, default),
            ),
        )
    return pydantic.create_model(name, __base__=base, **added)


def options_from(options: type[Options], parameters: Parameters, *, base: Options | None = None) -> Options:
    """Build the dataclass from what the caller gave, over `base`.

    Raises InvalidOption where the dataclass refuses it.
    """
    names = {option.name for option in fields(options)}  # type: ignore[arg-type]
    given = {name: getattr(parameters, name) for name in names & parameters.model_fields_set}
    with captions_errors():
        if base is None:
            return options(**given)
        changed: Options = replace(base, **given)  # type: ignore[type-var]
        return changed


def _spelled(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        [kind] = [part for part in typing.get_args(hint) if part is not type(None)]
        return _spelled(kind) | None
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Annotated[hint, choice(hint)]
    return SPELLED[hint]


def _limits(option: Field[Any], default: object) -> dict[str, Any]:
    """Return the option's limits in JSON Schema; the dataclass checks them."""
    least, most = option.metadata["least"], option.metadata["most"]
    if most is None:
        return {}
    return {"maxLength": most} if isinstance(default, str) else {"minimum": least, "maximum": most}


def _help(option: Field[Any]) -> str:
    return str(option.metadata["help"])
