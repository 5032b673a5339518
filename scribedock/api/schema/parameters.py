"""How parameters reach a call: the API's conventions, in one place.

A parameter may be in the query string or in a form, multipart, JSON or
unlabelled body; all are merged, and the body takes precedence.  The types below
accept every spelling that clients use.  Their errors say what would be right.
"""

from __future__ import annotations

import ast
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from scribedock.api.transport.bodies import whole
from scribedock.clock import parse_time
from scribedock.errors import InvalidOption, InvalidQuery, InvalidUrl, MissingParameter, ScribedockError
from scribedock.host.near_misses import did_you_mean, near_miss
from scribedock.parsing.forms import MULTIPART, form, json_values, multipart, pairs
from scribedock.parsing.forms import Field as FormField
from scribedock.parsing.pipe import Parsed
from scribedock.settings import Settings

MAX_BODY = 1024 * 1024
INLINE_BODY_BYTES = 16 * 1024  # bytes; parsing so few takes too little time to hand them over
JSON = "application/json"
TRUE = frozenset({"true", "t", "yes", "y", "1"})
FALSE = frozenset({"false", "f", "no", "n", "0"})
INTEGER = re.compile(r"[+-]?[0-9]{1,15}\Z")
# What float() takes, without its underscores and the digits of other scripts.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?\Z", re.IGNORECASE | re.ASCII)
# What uuid.UUID takes, without what int() would let through: underscores, 0x, the digits of other scripts.
UUID_SPELLING = re.compile(r"(?:urn:)?(?:uuid:)?\{?[0-9a-f-]{32,36}\}?\Z", re.IGNORECASE | re.ASCII)
MAX_INTEGER = 2**31 - 1  # what both databases hold in an integer
DAY = re.compile(r"(\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(-?\d)?)\Z", re.ASCII)

Raw = dict[str, list[Any]]


class Parameters(BaseModel):
    """The parameters of a call. Names are the API's; unknown ones are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def invalid_query(message: str) -> PydanticCustomError:
    return PydanticCustomError("invalid_query", "{message}", {"message": message})


def invalid_option(message: str) -> PydanticCustomError:
    return PydanticCustomError("invalid_option", "{message}", {"message": message})


def _last(value: Any) -> Any:
    """Take the last value of a repeated parameter that has one value."""
    return value[-1] if isinstance(value, Repeated) and value else value


@dataclass(frozen=True, kw_only=True)
class UploadedFile:
    """A file of a multipart body."""

    name: str
    content: bytes


class Repeated(list[Any]):
    """The values of one parameter, as received."""


def _boolean(value: Any) -> bool:
    value = _last(value)
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise invalid_query(f"{_shown(value)} is not a boolean; send true or false")


def _integer(value: Any) -> int:
    value = _last(value)
    if isinstance(value, bool):
        raise invalid_query(f"{_shown(value)} is not a whole number")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if not INTEGER.match(text):
        raise invalid_query(f"{_shown(value)} is not a whole number")
    number = int(text)
    if abs(number) > MAX_INTEGER:
        raise invalid_query(f"{number} is out of range; the limit is {MAX_INTEGER}")
    return number


def _number(value: Any) -> float:
    value = _last(value)
    if isinstance(value, bool):
        raise invalid_query(f"{_shown(value)} is not a number")
    if isinstance(value, str) and not NUMBER.match(value.strip()):
        raise invalid_query(f"{_shown(value)} is not a number")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):  # of an integer of more than 308 digits
        raise invalid_query(f"{_shown(value)} is not a number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise invalid_query(f"{_shown(value)} is not a number")
    return number


def _moment(value: Any) -> datetime:
    value = _last(value)
    text = str(value).strip()
    try:
        # "+" in a query string that was not encoded arrives as a space.
        return parse_time(re.sub(r" (\d\d:?\d\d)\Z", r"+\1", text) if "T" in text else text)
    except (ValueError, OverflowError):
        raise invalid_query(
            f"{_shown(value)} is not an ISO 8601 date, as 2014-08-27T14:00:06.472706"
        ) from None


def _end(value: Any) -> datetime:
    """Read a date; a day without a time is meant to its end."""
    moment = _moment(value)
    bare = DAY.match(str(_last(value)).strip())
    return moment + timedelta(days=1, microseconds=-1) if bare and moment.date() < date.max else moment


def _text(value: Any) -> str:
    value = _last(value)
    if isinstance(value, (dict, list, UploadedFile)):
        raise invalid_query("must be a text")
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\0", "")
    _check_characters(text)
    return text


def _any_text(value: Any) -> str:
    """Read anything as a text, for a parameter that does not matter beside another."""
    return str(_last(value)).encode(errors="replace").decode()


def _check_characters(text: str) -> None:
    """Refuse half of a surrogate pair, which JSON may escape and no file, database or answer can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise invalid_query("has half of a surrogate pair, which is not a character") from None


def _identifier(value: Any) -> str:
    """Write a UUID4 as 32 lower-case hex digits; anything else stays as it is, and will not be found."""
    text = _text(value).strip()
    if not UUID_SPELLING.match(text):
        return text
    try:
        return uuid.UUID(text).hex
    except ValueError:
        return text


def _strings(value: Any) -> tuple[str, ...]:
    """Parse a list in any spelling: JSON, Python literal, `[A,B]`, `("A","B")`, `A,B`, repeated."""
    if isinstance(value, Repeated):
        if len(value) > 1:
            return tuple(_text(item) for item in value)
        value = _last(value)
    if isinstance(value, (list, tuple)):
        return tuple(_text(item) for item in value)
    text = str(value).strip()
    if not text:
        return ()
    for read in (json.loads, ast.literal_eval):
        if text[0] not in "[(" or len(text) > 10_000:
            break
        try:
            parsed = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(parsed, (list, tuple)):
            return tuple(_text(item) for item in parsed)
    if text[0] in "[(" and text[-1] in "])" and len(text) > 1:
        text = text[1:-1]
    return tuple(part for part in (item.strip().strip("\"'") for item in text.split(",")) if part)


def _file(value: Any) -> UploadedFile:
    """Accept a file of a multipart body; text in its place is its content."""
    value = _last(value)
    return value if isinstance(value, UploadedFile) else UploadedFile(name="", content=_text(value).encode())


def document(value: Any) -> dict[str, Any]:
    """Parse a JSON object: real, or written as a string."""
    value = _last(value)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise invalid_query('is not a JSON object, as {"return_iwp": ["FINAL"]}') from None
    if not isinstance(value, dict):
        raise invalid_query('is not a JSON object, as {"return_iwp": ["FINAL"]}')
    _check_characters(json.dumps(value, ensure_ascii=False))
    return value


Enumeration = TypeVar("Enumeration", bound=StrEnum)


def choice(kind: type[Enumeration], synonyms: Mapping[str, Enumeration] | None = None) -> BeforeValidator:
    """Accept a member of an enumeration, in upper or lower case."""
    names = {member.value.lower(): member for member in kind}
    names.update({name.lower(): member for name, member in (synonyms or {}).items()})

    def read(value: Any) -> Enumeration:
        text = _text(value).strip()
        member = names.get(text.lower())
        if member is None:
            spellings = synonyms or [member.value for member in kind if member.value]
            meant = near_miss(text, spellings, parts=True)
            question = f"; {did_you_mean(meant)}" if meant else ""
            raise invalid_option(f"{_shown(text)} is none of {', '.join(spellings)}{question}")
        return member

    return BeforeValidator(read, json_schema_input_type=Literal[tuple(synonyms)] if synonyms else kind)


Bool = Annotated[bool, BeforeValidator(_boolean)]
# Bounds come before the validator, so that OpenAPI has them.
WHOLE_NUMBER = BeforeValidator(_integer)
Int = Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER), WHOLE_NUMBER]
Natural = Annotated[int, Field(ge=0, le=MAX_INTEGER), WHOLE_NUMBER]
Positive = Annotated[int, Field(ge=1, le=MAX_INTEGER), WHOLE_NUMBER]
Number = Annotated[float, BeforeValidator(_number)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
End = Annotated[datetime, BeforeValidator(_end)]
Text = Annotated[str, BeforeValidator(_text)]
AnyText = Annotated[str, BeforeValidator(_any_text, json_schema_input_type=str)]
Identifier = Annotated[str, BeforeValidator(_identifier)]
Strings = Annotated[tuple[str, ...], BeforeValidator(_strings)]
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(_strings)]
Document = Annotated[dict[str, Any], BeforeValidator(document)]
File = Annotated[
    UploadedFile,
    BeforeValidator(_file),
    WithJsonSchema({"type": "string", "contentMediaType": "application/octet-stream"}),
]


def _shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 100 else text[:100] + "…")


Large = Callable[[str, bytes, Mapping[str, Any]], Awaitable[Parsed]]
"""Has an operation of `parsing.operations` done with a body, in a process of its own."""


async def gather(
    request: Request, settings: Settings, *, body_is_file: Callable[[Raw], bool], large: Large
) -> Raw:
    """Collect all parameters of the request; a body that is a file is left unread.

    Raises InvalidQuery for what cannot be read, also 413 for more than MAX_BODY bytes, 408 for a slow body.
    """
    query = _grouped(pairs(request.scope["query_string"].decode("latin-1")))
    if request.method not in ("POST", "PUT") or body_is_file(query):
        return query
    content = await whole(request, settings, "body", limit=MAX_BODY)
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON:
        if len(content) > INLINE_BODY_BYTES:
            await large("check_json", content, {})
        body = _values(json_values(content))
    else:
        body = await _form(content, content_type, large)
    return {**query, **body}


async def _form(content: bytes, content_type: str, large: Large) -> Raw:
    if len(content) > INLINE_BODY_BYTES:
        parsed = await large("read_form", content, {"content_type": content_type})
        fields, place = [], 0
        for name, file, length in parsed.facts["fields"]:
            fields.append(FormField(name=name, file=file, content=parsed.body[place : place + length]))
            place += length
    elif content_type.partition(";")[0].strip().lower() == MULTIPART:
        fields = await multipart(content, content_type)
    else:
        fields = form(content, content_type)
    return _grouped(
        (
            field.name,
            field.content.decode()
            if field.file is None
            else UploadedFile(name=field.file, content=field.content),
        )
        for field in fields
    )


def _values(document: Mapping[str, Any]) -> Raw:
    return {name: Repeated([value]) for name, value in document.items() if value is not None}


def _grouped(pairs: Iterable[tuple[str, Any]]) -> Raw:
    found: Raw = {}
    for name, value in pairs:
        found.setdefault(name, Repeated()).append(value)
    return found


Model = TypeVar("Model", bound=Parameters)


def read(model: type[Model], raw: Raw) -> Model:
    """Validate the parameters of a call.

    Raises MissingParameter, InvalidOption, InvalidQuery or InvalidUrl, naming the parameter.
    """
    present = {name: values for name, values in raw.items() if not is_absent(values)}
    texts = {
        name
        for name, field in model.model_fields.items()
        if field.annotation is str and not field.is_required()
    }
    present |= {name: raw[name] for name in texts & raw.keys()}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        raise _first_problem(error) from None


def is_absent(values: Sequence[Any]) -> bool:
    """Return whether a parameter has no value, which is the same as not being sent."""
    return all(isinstance(value, str) and not value.strip() for value in values)


def _first_problem(error: ValidationError) -> ScribedockError:
    problems = error.errors(include_url=False, include_input=False)
    missing = [str(problem["loc"][0]) for problem in problems if problem["type"] == "missing"]
    if missing:
        return MissingParameter(f"Missing required parameter: {', '.join(missing)}")
    problem = problems[0]
    message = f"{problem['loc'][0] if problem['loc'] else 'parameters'}: {problem['msg']}"
    if problem["type"] in ("invalid_option", "enum", "literal_error"):
        return InvalidOption(message)
    if problem["type"] == "invalid_url":
        return InvalidUrl(message)
    return InvalidQuery(message)
