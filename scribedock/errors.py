"""The errors that a caller can see, and the one mapping of them to HTTP.

A module raises the error where it understands what went wrong; `api/` turns it
into a response and knows nothing more than what stands here.  The captions library has errors of its own,
without HTTP; `captions_errors` is where they become ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from scribedock_captions.errors import CaptionsError, UnusableOption


class ErrorType(StrEnum):
    """The `ErrorType` values of the cielo24 Web Services API, version 1, plus `SYSTEM_ERROR`."""

    LOGIN_INVALID = "LOGIN_INVALID"
    ACCOUNT_EXISTS = "ACCOUNT_EXISTS"
    ACCOUNT_UNPRIVILEGED = "ACCOUNT_UNPRIVILEGED"
    BAD_API_TOKEN = "BAD_API_TOKEN"  # noqa: S105
    INVALID_QUERY = "INVALID_QUERY"
    INVALID_OPTION = "INVALID_OPTION"
    MISSING_PARAMETER = "MISSING_PARAMETER"
    INVALID_URL = "INVALID_URL"
    ITEM_NOT_FOUND = "ITEM_NOT_FOUND"
    SYSTEM_ERROR = "SYSTEM_ERROR"


class ScribedockError(Exception):
    """An error with a comment for the caller: what is wrong, and what would be right.

    `status` is the HTTP status; the API answers 400 wherever it names no other.
    `problem` has the members of a problem detail (RFC 9457), for callers who know its type.
    """

    error_type = ErrorType.INVALID_QUERY
    status = 400

    def __init__(
        self,
        comment: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        problem: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(comment)
        self.comment = comment
        if status is not None:
            self.status = status
        self.headers = dict(headers or {})
        self.problem = dict(problem or {})


class LoginInvalid(ScribedockError):
    error_type = ErrorType.LOGIN_INVALID


class AccountExists(ScribedockError):
    error_type = ErrorType.ACCOUNT_EXISTS


class AccountUnprivileged(ScribedockError):
    """The account is not the caller's. Published clients compare this comment to the letter."""

    error_type = ErrorType.ACCOUNT_UNPRIVILEGED

    def __init__(self) -> None:
        super().__init__("Account does not have permission to access/change this data")


class BadApiToken(ScribedockError):
    """The api_token is missing or not valid. Published clients compare this comment to the letter."""

    error_type = ErrorType.BAD_API_TOKEN

    def __init__(self) -> None:
        super().__init__("Invalid or expired API token")


class InvalidQuery(ScribedockError):
    error_type = ErrorType.INVALID_QUERY


class InvalidOption(ScribedockError):
    error_type = ErrorType.INVALID_OPTION


class MissingParameter(ScribedockError):
    error_type = ErrorType.MISSING_PARAMETER


class InvalidUrl(ScribedockError):
    error_type = ErrorType.INVALID_URL


class ItemNotFound(ScribedockError):
    error_type = ErrorType.ITEM_NOT_FOUND


class SystemFault(ScribedockError):
    """An error of the server or its machine, never of the caller: 500, 503, 507."""

    error_type = ErrorType.SYSTEM_ERROR
    status = 500


@contextmanager
def captions_errors() -> Iterator[None]:
    """Turn an error of the captions library into one of ours, with the same comment.

    Raises InvalidOption for an option, InvalidQuery for a file or an ElementList that cannot be used.
    """
    try:
        yield
    except UnusableOption as error:
        raise InvalidOption(str(error)) from None
    except CaptionsError as error:
        raise InvalidQuery(str(error)) from None
