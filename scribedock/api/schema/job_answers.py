"""The Job object, as `info` and `list` show it in either dialect.

No key is ever null: an unknown date is "", an unknown value is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from scribedock.accounts.sessions import Dialect
from scribedock.clock import format_time
from scribedock.jobs.job import Fidelity, Job, JobStatus, Priority, Task, TaskType
from scribedock.jobs.turnaround import is_late
from scribedock.orders.callback_url import without_password
from scribedock.reviews.reviews import AwaitedApproval

HUMAN_FIDELITIES = (Fidelity.STANDARD, Fidelity.HIGH)
RECOGNIZER_ONLY_NOTICE = (
    "Nobody reviews on this server: no human pass was done; this is the recognizer's result."
)
FINISHED_STATUSES = (JobStatus.REVIEWING, JobStatus.COMPLETE)
OPENAPI_FIDELITY = {
    Fidelity.MECHANICAL: "MECHANICAL",
    Fidelity.STANDARD: "PREMIUM",
    Fidelity.HIGH: "PROFESSIONAL",
}
OPENAPI_PRIORITY = {
    Priority.ECONOMY: "STANDARD",
    Priority.STANDARD: "STANDARD",
    Priority.HIGH: "PRIORITY",
    Priority.PRIORITY: "PRIORITY",
    Priority.CRITICAL: "PRIORITY",
}
OPTION_LABELS = {
    "customer_approval_steps": "Customer approval steps",
    "customer_approval_tool": "Customer approval tool",
    "custom_metadata": "Custom metadata",
    "notes": "Notes",
    "return_iwp": "Returned versions",
    "generate_media_intelligence_iwp": "Versions with media intelligence",
    "speaker_id": "Speaker identification",
    "enable_true_verbatim": "True verbatim",
    "audio_description": "Audio description",
    "on_screen_text": "On-screen text",
    "music_lyrics": "Music lyrics",
    "custom_special_handling": "Special handling",
    "first_pass_campaign": "First pass campaign",
}
DECISIONS = {TaskType.JOB_REJECT: "rejected", TaskType.JOB_APPROVE: "approved"}


def job_answer(
    job: Job,
    dialect: Dialect,
    tasks: Sequence[Task] | None = None,
    *,
    now: datetime,
    in_list: bool = False,
    same_recording: Sequence[str] = (),
    awaited: AwaitedApproval | None = None,
) -> dict[str, Any]:
    """Build the Job object as of `now`; `tasks` (oldest first) are shown in the classic dialect.

    same_recording: the other jobs with its recording. awaited: what its customer is asked to approve.
    """
    common: dict[str, Any] = {
        "JobId": job.id,
        "JobName": job.name,
        "JobStatus": job.status.value,
        "SourceLanguage": job.language,
        "TargetLanguage": job.target_language,
        "CreationDate": format_time(job.created),
        "StartDate": format_time(job.started),
        "DueDate": format_time(job.due),
        "CompletedDate": format_time(job.completed),
        "ReturnDate": format_time(job.returned),
        "AuthorizationDate": format_time(job.authorized),
        "JobDifficulty": job.difficulty.value,
        "ReturnTargets": {"url": [{"callback_url": without_password(job.callback_url)}]}
        if job.callback_url
        else {},
        "Options": _options(job, dialect),
    }
    if job.media_ms is not None:
        common["MediaLengthSeconds"] = job.media_ms / 1000
    if dialect is Dialect.OPENAPI:
        common["ExternalId"] = job.external_id
        if job.fidelity is not None:
            common["Fidelity"] = OPENAPI_FIDELITY[job.fidelity]
        if job.priority is not None:
            common["Priority"] = OPENAPI_PRIORITY[job.priority]
        return common
    common |= {"ExternalID": job.external_id, "Username": job.username, "Progress": round(job.progress, 4)}
    if job.fidelity is not None:
        common["Fidelity"] = job.fidelity.value
    if job.priority is not None:
        common["Priority"] = job.priority.value
    if job.engine:
        common["Engine"] = job.engine
    notice = " ".join(_notices(job))
    if notice:
        common["Notice"] = notice
    common |= _coverage(job)
    if job.recording_erased is not None:
        common["RecordingErasedDate"] = format_time(job.recording_erased)
    if job.results_erased is not None:
        common["ResultsErasedDate"] = format_time(job.results_erased)
    if is_late(job, now):
        common["Late"] = True
    if job.failure_reason:
        common["FailureReason"] = job.failure_reason
    if tasks is not None:
        common["Tasks"] = [task_entry(task) for task in tasks]
        decisions = [_decision(task) for task in tasks if task.type in DECISIONS]
        if decisions:
            common["ReviewDecisions"] = decisions
    if awaited is not None:
        common["AwaitsApproval"] = {
            "iwp_name": awaited.iwp_name.value,
            "version": format_time(awaited.version),
        }
    if same_recording:
        common["SameRecording"] = list(same_recording)
    if in_list:
        common |= {
            "CreationTime": common["CreationDate"],
            "StartTime": common["StartDate"],
            "CompletedTime": common["CompletedDate"],
        }
    return common


def _options(job: Job, dialect: Dialect) -> dict[str, Any]:
    """Return the options of the order, with labels (classic) or flat, as the OpenAPI schema has them."""
    given = job.options.to_json()
    if dialect is Dialect.OPENAPI:
        return {name: _flat(value) for name, value in given.items()}
    return {name: {"label": OPTION_LABELS[name], "setting": value} for name, value in given.items()}


def _flat(value: Any) -> Any:
    """Write booleans as strings: clients made from the OpenAPI schema fail on real ones."""
    return str(value).lower() if isinstance(value, bool) else value


def _coverage(job: Job) -> dict[str, float]:
    """Return the seconds of speech in a finished job's recording, and its words.

    The seconds are all, those with words, without, and unrecognized; the words all, those in doubt, and those
    whose time was found by alignment, or is estimated.
    """
    if job.status not in FINISHED_STATUSES or job.speech_ms is None:
        return {}
    found: dict[str, float] = {"SpeechSeconds": job.speech_ms / 1000}
    if job.words is not None:
        found["Words"] = job.words
    if job.words_in_doubt is not None:
        found["WordsInDoubt"] = job.words_in_doubt
    if job.words_aligned is not None:
        found["WordsAligned"] = job.words_aligned
    if job.words_estimated is not None:
        found["WordsEstimated"] = job.words_estimated
    if job.worded_ms is not None:
        found["SpeechWithWordsSeconds"] = job.worded_ms / 1000
        found["SpeechWithoutWordsSeconds"] = (job.speech_ms - job.worded_ms) / 1000
    if job.unrecognized_ms:
        found["UnrecognizedSeconds"] = job.unrecognized_ms / 1000
    return found


def _decision(task: Task) -> dict[str, str]:
    return {
        "Decision": DECISIONS[task.type],
        "Comment": task.info,
        "Date": format_time(task.requested),
    }


def task_entry(task: Task) -> dict[str, str]:
    return {
        "TaskId": task.id,
        "TaskType": task.type.value,
        "TaskStatus": task.status.value,
        "TaskRequestTime": format_time(task.requested),
    }


def _notices(job: Job) -> Iterator[str]:
    """Yield what the caller must know about how the job came about, and about a finished job's result."""
    yield from job.remarks.values()
    if job.status is not JobStatus.COMPLETE:
        return
    if job.notice:
        yield job.notice
    if job.fidelity in HUMAN_FIDELITIES and not job.reviewed:
        yield RECOGNIZER_ONLY_NOTICE
