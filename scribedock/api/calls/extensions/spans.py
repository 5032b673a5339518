"""The calls that have a stretch of the recording recognized once more, for whoever is at the pass.

They are ours, not the vendor's.
"""

from __future__ import annotations

import json
import zlib

from pydantic import Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.reviews import PASS_RIGHT, PassParameters, visible_to_reviewer
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import ListSegment
from scribedock.api.schema.parameters import Identifier, Natural, Positive, Text
from scribedock.api.schema.review_answers import RecognizedSpan, SpanTask
from scribedock.jobs.languages import spoken_language
from scribedock.reviews.review_pass import CONFLICT
from scribedock.reviews.span_recognitions import MAX_SPAN_MS, SpanRecognition
from scribedock.speech.span import Span


class RecognizeParameters(PassParameters):
    start: Natural = Field(description="Where the stretch begins, in milliseconds, as in the ElementList.")
    end: Positive = Field(
        description=f"Where it ends, in the recording; at most {MAX_SPAN_MS // 60_000} minutes after `start`."
    )
    language: Text | None = Field(
        None,
        description="What is spoken in it, as of `new`; `auto`: what is heard. Left out: the job's language.",
    )


@call(
    "review/recognize",
    RecognizeParameters,
    needs=PASS_RIGHT,
    answer='{"task_id": "…"}',
    refusals=(CONFLICT,),
    is_vendors=False,
)
def recognize(context: Context, parameters: RecognizeParameters) -> SpanTask:
    """Recognize a stretch of the recording once more, perhaps in another language.

    The list stays as it is: `review/recognized` has the result for whoever asked for it.
    """
    services = context.services
    visible_accounts = visible_to_reviewer(context, parameters)
    job = services.jobs.find_job(parameters.job_id, visible_accounts)
    services.media.check_kept(job)
    language = "" if parameters.language is None else spoken_language(parameters.language)
    if not language:
        context.capabilities.check_recognition(job)
    elif not job.sandbox:
        context.capabilities.check_language(language)
    task_id = services.span_recognitions.request(
        job.id,
        visible_accounts,
        parameters.kind,
        context.account.id,
        Span(start_ms=parameters.start, end_ms=parameters.end),
        language=language,
    )
    context.backend.wake()
    return {"task_id": task_id}


class RecognizedParameters(PassParameters):
    task_id: Identifier | None = Field(None, description="Only this one.")


@call(
    "review/recognized",
    RecognizedParameters,
    needs=Right.READ,
    answer='[{"task_id": "…", "status": "COMPLETE", "start": 61200, "end": 64100, "segments": [{…}], …}]',
    refusals=(CONFLICT,),
    reads_content=True,
    changes=False,
    is_vendors=False,
)
def recognized(context: Context, parameters: RecognizedParameters) -> list[RecognizedSpan]:
    """List the stretches that you have had recognized once more in this pass, oldest first."""
    found = context.services.span_recognitions.recognitions(
        parameters.job_id,
        visible_to_reviewer(context, parameters),
        parameters.kind,
        context.account.id,
        task_id=parameters.task_id,
    )
    return [_answer(each) for each in found]


def _answer(found: SpanRecognition) -> RecognizedSpan:
    return {
        "task_id": found.id,
        "status": found.status,
        "problem": found.problem,
        "start": found.span.start_ms,
        "end": found.span.end_ms,
        "language": found.language,
        "notice": found.notice,
        "segments": _segments(found),
    }


def _segments(found: SpanRecognition) -> list[ListSegment]:
    if found.compressed is None:
        return []
    segments: list[ListSegment] = json.loads(zlib.decompress(found.compressed))["segments"]
    return segments


class ForgetParameters(PassParameters):
    task_id: Identifier = Field(description="The task that `review/recognize` has returned.")


@call(
    "review/forget_recognized",
    ForgetParameters,
    needs=PASS_RIGHT,
    answer="204",
    refusals=(CONFLICT,),
    is_vendors=False,
)
def forget_recognized(context: Context, parameters: ForgetParameters) -> None:
    """Forget what was recognized in a stretch, or stop it while it is under way."""
    context.services.span_recognitions.forget(
        parameters.job_id,
        visible_to_reviewer(context, parameters),
        parameters.kind,
        context.account.id,
        parameters.task_id,
    )
