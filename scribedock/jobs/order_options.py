"""The `options` of an order, as the API's `perform_transcription` names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from scribedock.jobs.iwp import Iwp


class ApprovalStep(StrEnum):
    TRANSLATION = "TRANSLATION"
    RETURN = "RETURN"


class ApprovalTool(StrEnum):
    AMARA = "AMARA"
    CIELO24 = "CIELO24"


class Campaign(StrEnum):
    NORMAL = "NORMAL"
    GENERAL_CONTENT = "GENERAL_CONTENT"
    TRUE_VERBATIM = "TRUE_VERBATIM"


@dataclass(frozen=True, kw_only=True)
class OrderOptions:
    """The options of an order. None: it was left out, and does not appear in `info`."""

    customer_approval_steps: tuple[ApprovalStep, ...] | None = None
    customer_approval_tool: ApprovalTool | None = None
    custom_metadata: Mapping[str, Any] | None = None
    """One level; the keys are tags of the callback URL, and stand in the head of DFXP captions."""
    notes: str | None = None
    """For people, as HTML."""
    return_iwp: tuple[Iwp, ...] | None = None
    """Versions that are called back besides FINAL."""
    generate_media_intelligence_iwp: tuple[Iwp, ...] | None = None
    """Versions that get keywords and topics."""
    speaker_id: bool | None = None
    enable_true_verbatim: bool | None = None
    audio_description: bool | None = None
    on_screen_text: bool | None = None
    music_lyrics: bool | None = None
    custom_special_handling: bool | None = None
    first_pass_campaign: Campaign | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> OrderOptions:
        """Read what `to_json` wrote. Raises TypeError, ValueError for anything else."""
        return cls(**{name: _READ.get(name, _as_it_is)(value) for name, value in values.items()})

    def to_json(self) -> dict[str, Any]:
        """Return the options that were given, as JSON values."""
        return {
            each.name: list(value) if isinstance(value, tuple) else value
            for each in fields(self)
            if (value := getattr(self, each.name)) is not None
        }

    def over(self, earlier: OrderOptions) -> OrderOptions:
        """Return these options, with the earlier ones where these leave something out."""
        return replace(
            earlier,
            **{each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None},
        )


NO_OPTIONS = OrderOptions()


def _as_it_is(value: Any) -> Any:
    return value


def _versions(values: Any) -> tuple[Iwp, ...]:
    return tuple(map(Iwp, values))


def _steps(values: Any) -> tuple[ApprovalStep, ...]:
    return tuple(map(ApprovalStep, values))


def _or_none(kind: type[StrEnum]) -> Any:
    return lambda value: None if value is None else kind(value)


_READ = {
    "customer_approval_steps": _steps,
    "customer_approval_tool": _or_none(ApprovalTool),
    "return_iwp": _versions,
    "generate_media_intelligence_iwp": _versions,
    "first_pass_campaign": _or_none(Campaign),
}
