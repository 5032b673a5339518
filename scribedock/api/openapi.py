"""The OpenAPI 3.1 document, from the same models that read the calls."""

from __future__ import annotations

import inspect
from typing import Any

from scribedock import __version__
from scribedock.api.calls import CALLS, Call

V1 = {
    "name": "v",
    "in": "query",
    "required": True,
    "description": "The version of the API.",
    "schema": {"type": "integer", "const": 1},
}


def document() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1."""
    calls = {path: registered for path, registered in CALLS.items() if path == registered.path}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "scribedock",
            "version": __version__,
            "description": "Transcription and captioning: the cielo24 Web Services API, version 1. "
            "Every call takes GET and POST unless it says otherwise; parameters may stand in the query, "
            "or in a form, multipart or JSON body.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {f"/api/{path}": _operations(registered) for path, registered in calls.items()},
        "components": {
            "securitySchemes": {
                "api_token": {"type": "apiKey", "in": "query", "name": "api_token"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                **enumerations(),
                "Error": {
                    "type": "object",
                    "required": ["ErrorType", "ErrorComment"],
                    "properties": {
                        "ErrorType": {"type": "string"},
                        "ErrorComment": {"type": "string"},
                    },
                },
            },
        },
        "security": [{"api_token": []}, {"bearer": []}],
    }


def enumerations() -> dict[str, Any]:
    """The schemas that the parameters refer to, by name."""
    found: dict[str, Any] = {}
    for registered in CALLS.values():
        found |= _schema(registered).get("$defs", {})
    return found


def _schema(registered: Call[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = registered.model.model_json_schema(ref_template="#/components/schemas/{model}")
    return schema


def parameters_of(registered: Call[Any]) -> list[dict[str, Any]]:
    """The parameters of a call beside `v` and `api_token`, required ones first."""
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
                "schema": described,
            }
        )
    return sorted(found, key=lambda parameter: not parameter["required"])


def _operations(registered: Call[Any]) -> dict[str, Any]:
    parameters = parameters_of(registered)
    if not registered.optional_version:
        parameters = [V1, *parameters]
    operations = {}
    success = "204" if registered.answer == "204" else str(registered.status)
    for method in registered.methods:
        operations[method.lower()] = {
            "operationId": f"{method.lower()}_{registered.path.replace('/', '_')}",
            "tags": [registered.path.partition("/")[0]],
            "summary": summary(registered),
            "parameters": parameters,
            "responses": {
                success: {"description": registered.answer},
                "400": {
                    "description": "What is wrong, and what would be right",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                },
            },
            **({} if registered.needs_token else {"security": []}),
        }
    return operations


def summary(registered: Call[Any]) -> str:
    """The first line of the function's docstring."""
    return (inspect.getdoc(registered.function) or "").partition("\n")[0]
