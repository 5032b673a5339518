"""The `options` of `perform_transcription`."""

from __future__ import annotations

import html
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from scribedock.api.schema.parameters import Bool, Document, Strings, choice
from scribedock.errors import InvalidOption
from scribedock.host.near_misses import did_you_mean, near_miss
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.order_options import ApprovalStep, ApprovalTool, Campaign, OrderOptions

MAX_NOTES = 1000
MAX_METADATA = 16_384


def _metadata(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or any(isinstance(item, (dict, list)) for item in value.values()):
        raise ValueError('must be an object of one level, as {"course": "BIO 101"}')
    if sum(len(str(key)) + len(str(item)) for key, item in value.items()) > MAX_METADATA:
        raise ValueError(f"must not be longer than {MAX_METADATA} characters")
    return value


def escaped_notes(value: Any) -> str:
    """Escape notes as HTML. Raises ValueError for more than MAX_NOTES characters."""
    text = str(value)
    if len(text) > MAX_NOTES:
        raise ValueError(f"must not be longer than {MAX_NOTES} characters")
    return html.escape(text)


def _approval_tool(value: Any) -> Any:
    if str(value).strip().upper() == ApprovalTool.AMARA:
        raise ValueError(
            "AMARA is a service of others to which this server sends nothing; use CIELO24, or leave it out"
        )
    return value


Steps = Annotated[
    list[Annotated[ApprovalStep, choice(ApprovalStep)]], BeforeValidator(lambda value: _list(value))
]
Versions = Annotated[list[Annotated[Iwp, choice(Iwp)]], BeforeValidator(lambda value: _list(value))]


_STRINGS: TypeAdapter[tuple[str, ...]] = TypeAdapter(Strings)


def _list(value: Any) -> list[str]:
    return list(_STRINGS.validate_python(value))


class TranscriptionOptions(BaseModel):
    """Each value may be real or a string: `true` or `"true"`, `["FINAL"]` or `"[FINAL]"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer_approval_steps: Steps = Field([], description="Steps that wait for the customer's approval.")
    customer_approval_tool: Annotated[
        Annotated[ApprovalTool, choice(ApprovalTool)] | None, BeforeValidator(_approval_tool)
    ] = Field(None, description="Tool in which the customer approves.")
    custom_metadata: Annotated[Document, AfterValidator(_metadata)] = Field(
        {}, description="A flat object; its keys are tags for the callback URL and the head of DFXP captions."
    )
    notes: Annotated[str, BeforeValidator(escaped_notes)] = Field(
        "", description="Notes for people, up to 1000 characters."
    )
    return_iwp: Versions = Field([], description="Versions with a callback, besides FINAL.")
    generate_media_intelligence_iwp: Versions = Field(
        [], description="Versions with keywords and topics; also as generate_media_intelligence_for_iwp."
    )
    speaker_id: Bool = Field(False, description="Identify the speakers.")
    enable_true_verbatim: Bool = Field(False, description="Transcribe every sound.")
    audio_description: Bool = Field(False, description="Describe the picture.")
    on_screen_text: Bool = Field(False, description="Transcribe the text in the picture.")
    music_lyrics: Bool = Field(False, description="Transcribe the lyrics of music.")
    custom_special_handling: Bool = Field(False, description="Use the special handling that was agreed on.")
    first_pass_campaign: Annotated[Campaign, choice(Campaign)] | None = Field(
        None, description="Kind of the first human pass."
    )

    @classmethod
    def parse(cls, document: dict[str, Any]) -> OrderOptions:
        """Return the options that were given. Raises InvalidOption naming the wrong one."""
        older = "generate_media_intelligence_for_iwp"
        given = {
            ("generate_media_intelligence_iwp" if name == older else name): value
            for name, value in document.items()
        }
        try:
            options = cls.model_validate(given)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            name = ".".join(str(part) for part in problem["loc"])
            if problem["type"] == "extra_forbidden":
                meant = near_miss(name, cls.model_fields)
                question = f"; {did_you_mean(meant)}" if meant else ""
                raise InvalidOption(
                    f"options: {name!r} is no option; the options are {', '.join(cls.model_fields)}{question}"
                ) from None
            raise InvalidOption(f"options.{name}: {problem['msg']}") from None
        return OrderOptions.from_json(options.model_dump(mode="json", include=set(given)))
