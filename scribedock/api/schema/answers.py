"""The answers of the calls, for the OpenAPI document, and for mypy to check the calls against.

Names are the API's. Times are ISO 8601, UTC without a zone; those of an ElementList are milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Difficulty, Fidelity, JobStatus, Priority, TaskStatus, TaskType
from scribedock.jobs.order_options import ApprovalStep, ApprovalTool, Campaign
from scribedock.uploads.core.records import UploadStatus
from scribedock.uploads.core.request import Protocol
from scribedock_captions.elementlist.model import Gender, Tag, TokenType

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
# Without a backslash, which generators of clients write into string literals as it is.
_SECOND = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
_MICROSECOND = f"{_SECOND}[.][0-9]{{6}}"
Date = Annotated[str, Field(pattern=f"^{_MICROSECOND}$")]
PerhapsDate = Annotated[
    str,
    Field(pattern=f"^({_MICROSECOND})?$", description="Empty while unknown."),
]
ShortDate = Annotated[str, Field(pattern=f"^{_SECOND}([.][0-9]{{6}})?$")]
Seconds = Annotated[float, Field(ge=0)]
Milliseconds = Annotated[int, Field(ge=0)]
Minutes = Annotated[int, Field(ge=0)]


class ClassicToken(TypedDict):
    ApiToken: Id


class NewerToken(TypedDict):
    """The answer to a login by POST with a JSON body."""

    api_token: Id


class ApiKey(TypedDict):
    ApiKey: Id


class AccountName(TypedDict):
    name: str


class AccountSettings(TypedDict):
    default_job_notes: str
    require_customer_authorization_before_starting_workflow: bool
    customer_authorization_required_mechanical: bool
    share_links: bool


class BudgetState(TypedDict):
    """What an account has used in a month, what it may use, and what is left of all budgets that hold."""

    month: str
    renewed: ShortDate
    minutes_used: Minutes
    minutes_budget: NotRequired[Minutes]
    minutes_left: NotRequired[Minutes]
    upload_bytes_used: Annotated[int, Field(ge=0)]
    upload_bytes_budget: NotRequired[Annotated[int, Field(ge=0)]]
    upload_bytes_left: NotRequired[Annotated[int, Field(ge=0)]]


class OpenedJob(TypedDict):
    JobId: Id
    TaskId: Id


class StartedTask(TypedDict):
    TaskId: Id


class AddedTranscript(StartedTask):
    """`Warnings` says what of the transcript is not used; classic dialect only."""

    Warnings: NotRequired[str]


class TaskState(TypedDict):
    TaskType: TaskType
    TaskStatus: TaskStatus
    TaskInfo: str
    TaskRequestTime: Date


class TaskEntry(TypedDict):
    TaskId: Id
    TaskType: TaskType
    TaskStatus: TaskStatus
    TaskRequestTime: Date


class CallbackTarget(TypedDict):
    callback_url: str


class ReturnTargets(TypedDict):
    url: NotRequired[list[CallbackTarget]]


class OptionSetting(TypedDict):
    label: str
    setting: Any


BooleanString = Literal["true", "false"]


class FlatOptions(TypedDict, total=False):
    """The options of an order as the newer dialect shows them; booleans are strings."""

    customer_approval_steps: list[ApprovalStep]
    customer_approval_tool: ApprovalTool
    custom_metadata: dict[str, Any]
    notes: str
    return_iwp: list[Iwp]
    generate_media_intelligence_iwp: list[Iwp]
    speaker_id: BooleanString
    enable_true_verbatim: BooleanString
    audio_description: BooleanString
    on_screen_text: BooleanString
    music_lyrics: BooleanString
    custom_special_handling: BooleanString
    first_pass_campaign: Campaign


class JobFacts(TypedDict):
    """What both dialects show about a job."""

    JobId: Id
    JobName: str
    JobStatus: JobStatus
    SourceLanguage: str
    TargetLanguage: str
    CreationDate: Date
    StartDate: PerhapsDate
    DueDate: PerhapsDate
    CompletedDate: PerhapsDate
    ReturnDate: PerhapsDate
    AuthorizationDate: PerhapsDate
    JobDifficulty: Difficulty
    ReturnTargets: ReturnTargets
    MediaLengthSeconds: NotRequired[Seconds]


class JobDecision(TypedDict):
    """A rejection, or an approval with a comment."""

    Decision: Literal["rejected", "approved"]
    Comment: str
    Date: Date


class AwaitedVersion(TypedDict):
    """A list that its customer is asked to approve."""

    iwp_name: str
    version: str


class ClassicJob(JobFacts):
    """The Job object in the classic dialect."""

    ExternalID: str
    Options: dict[str, OptionSetting]
    Username: str
    Progress: Annotated[float, Field(ge=0, le=1)]
    Fidelity: NotRequired[Fidelity]
    Priority: NotRequired[Priority]
    Engine: NotRequired[str]
    Notice: NotRequired[str]
    SpeechSeconds: NotRequired[Seconds]
    SpeechWithWordsSeconds: NotRequired[Seconds]
    SpeechWithoutWordsSeconds: NotRequired[Seconds]
    UnrecognizedSeconds: NotRequired[Seconds]
    Words: NotRequired[Annotated[int, Field(ge=0)]]
    WordsInDoubt: NotRequired[Annotated[int, Field(ge=0)]]
    WordsAligned: NotRequired[Annotated[int, Field(ge=0)]]
    WordsEstimated: NotRequired[Annotated[int, Field(ge=0)]]
    RecordingErasedDate: NotRequired[Date]
    ResultsErasedDate: NotRequired[Date]
    Late: NotRequired[Literal[True]]
    FailureReason: NotRequired[str]
    Tasks: list[TaskEntry]
    SameRecording: NotRequired[list[Id]]
    ReviewDecisions: NotRequired[list[JobDecision]]
    AwaitsApproval: NotRequired[AwaitedVersion]
    CreationTime: NotRequired[Date]
    StartTime: NotRequired[PerhapsDate]
    CompletedTime: NotRequired[PerhapsDate]


class NewerJob(JobFacts):
    """The Job object in the dialect of a session that was opened by a POST with a JSON body."""

    ExternalId: str
    Options: FlatOptions
    Fidelity: NotRequired[Literal["MECHANICAL", "PREMIUM", "PROFESSIONAL"]]
    Priority: NotRequired[Literal["STANDARD", "PRIORITY"]]


Job = ClassicJob | NewerJob


class JobList(TypedDict):
    Username: str
    ActiveJobs: list[Job]


class StorageData(TypedDict):
    path: str
    account: str
    bucket: str
    size: Annotated[int, Field(ge=1)]


class StoredGuideline(TypedDict):
    full_html: bool
    storage_data: StorageData


class GuidelineStored(TypedDict):
    CUSTOM_GUIDELINES_STORED: StoredGuideline


class MediaUrl(TypedDict):
    MediaUrl: str


class CaptionUrl(TypedDict):
    CaptionUrl: str


class UploadUrl(TypedDict):
    upload_url: str
    Notice: NotRequired[str]


class Upload(TypedDict):
    UploadId: str
    TaskId: Id
    Status: UploadStatus
    Protocol: Protocol
    BytesReceived: Annotated[int, Field(ge=0)]
    CreationDate: Date
    ExpirationDate: Date
    BytesTotal: NotRequired[Annotated[int, Field(ge=1)]]
    Percent: NotRequired[Annotated[int, Field(ge=0, le=100)]]
    PartOf: NotRequired[str]


class UploadList(TypedDict):
    Uploads: list[Upload]


class ListVersion(TypedDict):
    iwp_name: Iwp
    version: Date


class RelatedJob(TypedDict):
    job_id: Id
    job_status: JobStatus
    current_priority: Priority | Literal[""]
    current_fidelity: Fidelity | Literal[""]
    language: str
    media_length: str


@with_config(ConfigDict(extra="forbid"))
class NoJob(TypedDict):
    """An empty object, in place of a job that was deleted."""


class RelatedJobs(TypedDict):
    leading_job: RelatedJob | NoJob
    related_jobs: list[RelatedJob]


class OrderedTranslations(TypedDict):
    translation_job_ids: list[Id]
    message: str


class UpleveledJob(TypedDict):
    upleveled_job_id: Id
    upleveled_workflow: str


class SegmentOfTime(TypedDict):
    """Minutes of the requested metrics, in one segment of time."""

    start_date: ShortDate
    end_date: ShortDate
    billable_minutes_total: NotRequired[Minutes]
    billable_minutes_foreign_transcription: NotRequired[Minutes]
    billable_minutes_english_transcription: NotRequired[Minutes]
    billable_minutes_translation: NotRequired[Minutes]
    billable_minutes_professional: NotRequired[Minutes]
    billable_minutes_premium: NotRequired[Minutes]
    billable_minutes_mechanical: NotRequired[Minutes]


class Statistics(TypedDict):
    data: list[SegmentOfTime]
    start_date: ShortDate | None
    end_date: ShortDate | None


class Timed(TypedDict):
    start_time: Milliseconds
    end_time: Milliseconds
    interpolated: NotRequired[bool]
    style: NotRequired[str]


class ListToken(Timed):
    type: TokenType
    value: str
    display_as: str
    tags: list[Tag]


class ListSequence(Timed):
    tokens: list[ListToken]
    confidence_score: NotRequired[Annotated[float, Field(ge=0, le=1)]]


class ListSegment(Timed):
    speaker_change: bool
    speaker_id: NotRequired[Annotated[int, Field(ge=1)]]
    sequences: list[ListSequence]


class ListSpeaker(TypedDict):
    id: Annotated[int, Field(ge=1)]
    name: str
    gender: Gender


class ListTimeRange(TypedDict):
    start_time: Milliseconds
    end_time: Milliseconds


class ListAnnotation(TypedDict):
    time_ranges: list[ListTimeRange]
    display_name: NotRequired[str]
    url: NotRequired[str]


class ElementList(TypedDict):
    version: Literal[2]
    start_time: Milliseconds
    end_time: Milliseconds
    language: str
    segments: list[ListSegment]
    speakers: NotRequired[list[ListSpeaker]]
    keywords: NotRequired[dict[str, ListAnnotation]]
    topics: NotRequired[dict[str, ListAnnotation]]
    entities: NotRequired[dict[str, ListAnnotation]]
