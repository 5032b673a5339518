"""The OpenAPI 3.1 document, from the same models that validate the calls.

A GET is described with its parameters in the query, a POST with them in its body, unless the body is a
file; the server accepts either everywhere, which OpenAPI cannot express.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from starlette.responses import Response

from scribedock import __version__
from scribedock.api.registry import CALLS, Call
from scribedock.errors import ErrorType

PROBLEM_JSON = "application/problem+json"
REF = "#/components/schemas/{model}"
V1 = {
    "name": "v",
    "in": "query",
    "required": True,
    "description": "The version of the API.",
    "schema": {"type": "integer", "const": 1},
}
# One type a body: generated clients take the first of several, or try to send all of them.
JSON, MULTIPART = "application/json", "multipart/form-data"
# What may go wrong in any call: an unusable request, a defect, an overloaded server, a full disk.
COMMON_ERRORS = (400, 500, 503, 507)
BODY_ERRORS = (408, 413)
MEANINGS = {
    400: "What is wrong, and what would be right",
    403: "The account does not allow it",
    408: "The body stopped to come",
    409: "Somebody else is at it, or it is not its time",
    413: "The body is larger than the limit, or takes too much to be read",
    422: "The media cannot become that",
    429: "Too many requests, or failed logins, or more than a budget allows; see Retry-After",
    500: "A defect of the server, with the id under which it is noted",
    503: "The server has too much to do, or is not done yet; Retry-After may say when to ask again",
    507: "The server has no room",
}


def document() -> dict[str, Any]:
    """Describe the whole API as OpenAPI 3.1."""
    calls = {path: registered for path, registered in CALLS.items() if path == registered.path}
    schemas = dict(definitions())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "scribedock",
            "version": __version__,
            "description": "Transcription and captioning: the cielo24 Web Services API, version 1. "
            "Every call takes GET and POST unless it says otherwise; parameters may stand in the query, "
            "or in a form, multipart or JSON body, also when this document shows but one of these.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {f"/api/{path}": _operations(registered, schemas) for path, registered in calls.items()},
        "components": {
            "securitySchemes": {
                "api_token": {"type": "apiKey", "in": "query", "name": "api_token"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "responses": {
                _error_name(status): {
                    "description": meaning,
                    "content": {"application/json": {"schema": {"$ref": REF.format(model="Error")}}},
                }
                for status, meaning in MEANINGS.items()
            },
            "schemas": {
                **schemas,
                "Error": {
                    "type": "object",
                    "required": ["ErrorType", "ErrorComment"],
                    "properties": {
                        "ErrorType": {"type": "string", "enum": [each.value for each in ErrorType]},
                        "ErrorComment": {"type": "string", "minLength": 1},
                    },
                },
            },
        },
        "security": [{"api_token": []}, {"bearer": []}],
    }


@cache
def definitions() -> Mapping[str, Any]:
    """Return the schemas that the parameters refer to, by name."""
    found: dict[str, Any] = {}
    for registered in CALLS.values():
        found |= _schema(registered).get("$defs", {})
    return found


def _schema(registered: Call[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = registered.model.model_json_schema(ref_template=REF)
    return schema


def parameters_of(registered: Call[Any]) -> list[dict[str, Any]]:
    """Describe the parameters of a call besides `v` and `api_token`, required ones first."""
    schema = _schema(registered)
    required = schema.get("required", [])
    found = []
    for name, described in schema.get("properties", {}).items():
        description = described.pop("description", "")
        described.pop("title", None)
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": description,
                "schema": _without_null(described),
            }
        )
    return sorted(found, key=lambda parameter: not parameter["required"])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Remove null from a schema: a query or a form has none, a parameter without a value is left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if rest.get("default", "") is None:
        del rest["default"]
    return {**kinds[0], **rest} if len(kinds) == 1 else rest if not kinds else {**rest, "anyOf": kinds}


def _operations(registered: Call[Any], schemas: dict[str, Any]) -> dict[str, Any]:
    parameters = [_without_backslash(each) for each in parameters_of(registered)]
    if not registered.optional_version:
        parameters = [V1, *parameters]
    headers = [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": meaning,
            "schema": {"type": "string"},
        }
        for name, meaning in registered.headers.items()
    ]
    operations = {}
    for method in registered.methods:
        in_body = method == "POST" and not registered.body
        in_query = [] if in_body else [_in_query(each, schemas) for each in parameters]
        described: dict[str, Any] = {
            "operationId": f"{method.lower()}_{registered.path.replace('/', '_')}",
            "tags": [registered.path.partition("/")[0]],
            "summary": summary(registered),
            "parameters": [*in_query, *headers],
            "responses": _responses(registered, method, schemas),
        }
        if in_body:
            described["requestBody"] = _fields(registered, parameters, schemas)
        elif method == "POST":
            described["requestBody"] = {
                "description": "The file itself, of whatever Content-Type.",
                "content": _content(registered.body, schemas),
            }
        if not registered.needs_token:
            described["security"] = []
        operations[method.lower()] = described
    return operations


def _without_backslash(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return the parameter without backslashes, which generated clients would take for escapes.

    A default that has one is left out: it is what the server does anyway.
    """
    schema = parameter["schema"]
    if "\\" in str(schema.get("default", "")):
        schema = {name: value for name, value in schema.items() if name != "default"}
    return {
        **parameter,
        "description": parameter["description"].replace("\\", "backslash "),
        "schema": schema,
    }


def _in_query(parameter: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe a parameter of the query, where an object is written as JSON."""
    reference = parameter["schema"].get("$ref", "")
    if schemas.get(reference.rpartition("/")[2], {}).get("type") != "object":
        return parameter
    described = {name: value for name, value in parameter.items() if name != "schema"}
    return {**described, "content": {"application/json": {"schema": parameter["schema"]}}}


def _fields(
    registered: Call[Any], parameters: list[dict[str, Any]], schemas: dict[str, Any]
) -> dict[str, Any]:
    """Describe the body of a POST: its parameters as fields, in one of the accepted types."""
    name = f"{registered.path.replace('/', '_')}_parameters"
    required = [each["name"] for each in parameters if each["required"]]
    schemas[name] = {
        "type": "object",
        "properties": {
            each["name"]: {**each["schema"], "description": each["description"]} for each in parameters
        },
        **({"required": required} if required else {}),
    }
    has_file = any("contentMediaType" in each["schema"] for each in parameters)
    body = {MULTIPART if has_file else JSON: {"schema": {"$ref": REF.format(model=name)}}}
    return {"required": bool(required), "content": body}


def _responses(registered: Call[Any], method: str, schemas: dict[str, Any]) -> dict[str, Any]:
    content = registered.content or _returned(registered, method)
    success: dict[str, Any] = {"description": registered.answer}
    if content:
        success["content"] = _content(content, schemas)
    responses = {str(registered.status if content else registered.empty_status(method)): success}
    for status, meaning in registered.also.items():
        described = {**success, "description": meaning} if status == HTTPStatus.PARTIAL_CONTENT else None
        responses[str(status)] = described or {"description": meaning}
    of_a_body = BODY_ERRORS if method == "POST" else ()
    for status in sorted({*COMMON_ERRORS, *of_a_body, *registered.refusals}):
        responses[str(status)] = {"$ref": f"#/components/responses/{_error_name(status)}"}
    for status, kind in registered.problems.items():
        error = {"schema": {"$ref": REF.format(model="Error")}}
        responses[str(status)] = {
            "description": MEANINGS[status],
            "content": {JSON: error, **_content({PROBLEM_JSON: kind}, schemas)},
        }
    return responses


def _error_name(status: int) -> str:
    return f"Error{status}"


def _returned(registered: Call[Any], method: str) -> Mapping[str, Any]:
    """Describe the JSON that the function returns to a method."""
    if method in registered.returns:
        return {JSON: registered.returns[method]}
    kind = typing.get_type_hints(registered.function, include_extras=True)["return"]
    if kind is type(None):
        return {}
    assert kind is not Response, f"{registered.path} does not say what it answers: it needs `content`"
    return {JSON: kind}


def _content(content: Mapping[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        media_type: {"schema": {} if kind is bytes else _component(kind, schemas)}
        for media_type, kind in content.items()
    }


def _component(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=REF, mode="serialization")
    schemas.update({name: _one_of(each) for name, each in schema.pop("$defs", {}).items()})
    found: dict[str, Any] = _one_of(schema)
    return found


def _one_of(schema: Any) -> Any:
    """Return the schema with each choice between objects as oneOf: generators mix up those of an anyOf."""
    if isinstance(schema, list):
        return [_one_of(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _one_of(value) for name, value in schema.items()}
    if all("$ref" in each for each in found.get("anyOf", [{}])):
        found["oneOf"] = found.pop("anyOf")
    return found


def summary(registered: Call[Any]) -> str:
    """Return the first line of the function's docstring."""
    return (inspect.getdoc(registered.function) or "").partition("\n")[0]
