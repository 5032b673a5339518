"""Every parameter of every call is read or refused, whatever is sent for it."""

from __future__ import annotations

from typing import Any

import pytest

from scribedock.api import application
from scribedock.api.registry import CALLS
from scribedock.api.schema.parameters import Repeated, UploadedFile, read
from scribedock.errors import ScribedockError
from tests.support.odd_values import IN_JSON, SURROGATE, TEXTS

assert application.CALL_MODULES, "they have registered their calls"
FILES = (UploadedFile(name="f", content=b"\xff\0"), UploadedFile(name=SURROGATE, content=b""))


@pytest.mark.parametrize("path", sorted(CALLS))
def test_an_odd_value_is_read_or_refused(path: str) -> None:
    model = CALLS[path].model
    required = {name: Repeated(["1"]) for name, field in model.model_fields.items() if field.is_required()}
    for name in model.model_fields:
        for value in (*TEXTS, *IN_JSON, *FILES):
            for given in (Repeated([value]), Repeated(["1", value]), Repeated([value, value])):
                _check(model, {**required, name: given})


def _check(model: Any, raw: Any) -> None:
    try:
        read(model, raw)
    except ScribedockError as error:
        assert error.comment.encode()
        assert len(error.comment) < 2000
