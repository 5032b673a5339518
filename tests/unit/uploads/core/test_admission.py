"""What may come to an upload URL, before a byte of it is read."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import pytest

from scribedock.errors import InvalidQuery
from scribedock.uploads.core import partials
from scribedock.uploads.core.active import TAKEOVER_SILENCE_S
from scribedock.uploads.core.digests import Digests
from scribedock.uploads.core.errors import (
    AccountDisabled,
    ConnectionLost,
    InconsistentLength,
    JobDeleted,
    LongerThanAnnounced,
    MediaPresent,
    MismatchingOffset,
    NoRoom,
    StorageFault,
    Superseded,
    TooLarge,
    TranscriptionOrdered,
    UploadBusy,
    UploadComplete,
    UploadInvalid,
    UploadRefused,
    UrlCancelled,
    UrlExpired,
)
from scribedock.uploads.core.quota import QuotaExceeded
from scribedock.uploads.core.request import Action, Body, Protocol, UploadRequest
from tests.support.core import Core
from tests.support.core_uploads import RECORDING, UploadClient, order
from tests.support.waiting import wait_until

BuildCore = Callable[..., Core]


def test_a_url_is_valid_until_its_last_second_and_not_longer(core: Core) -> None:
    client = UploadClient(core, expires_in_s=60)
    core.clock.advance(59)
    client.begin_put()
    core.clock.advance(1)
    with pytest.raises(UrlExpired, match="expired at 2026-01-01T00:01:00"):
        client.begin_put()


def test_what_is_wrong_with_a_request_is_said_only_to_whoever_has_a_valid_url(core: Core) -> None:
    client = UploadClient(core, expires_in_s=60)
    wrong = UploadRequest(
        action=Action.REPLACE,
        protocol=Protocol.PLAIN,
        grant=client.grant,
        fault=InvalidQuery("a header is malformed"),
    )
    with pytest.raises(InvalidQuery, match="a header is malformed"):
        client.uploads.admit(wrong)
    core.clock.advance(60)
    with pytest.raises(UrlExpired):
        client.uploads.admit(wrong)


def test_a_cancelled_url_is_refused_and_a_later_one_is_not(core: Core) -> None:
    client = UploadClient(core)
    core.services.uploads.cancel(client.job.id, None)
    with pytest.raises(UrlCancelled):
        client.put()
    UploadClient(core, core.services.jobs.find_job(client.job.id)).put()


def test_the_url_of_a_deleted_job_is_refused(core: Core) -> None:
    client = UploadClient(core)
    core.services.jobs.delete(client.job.id, frozenset({core.admin.id}))
    with pytest.raises(JobDeleted):
        client.put()


def test_the_url_of_a_disabled_account_works_again_when_the_account_does(core: Core) -> None:
    owner = core.services.accounts.create("ann", "a password", parent="admin")
    client = UploadClient(core, core.job(owner=owner))
    core.services.accounts.disable(owner)
    with pytest.raises(AccountDisabled):
        client.put()
    core.services.accounts.enable(owner)
    client.put()


def test_nothing_comes_to_a_job_whose_transcription_is_ordered(core: Core) -> None:
    client = UploadClient(core)
    client.put()
    order(core, client.job.id)
    for bring in (client.put, lambda: client.append(b"x", 0)):
        with pytest.raises(TranscriptionOrdered):
            bring()
    with pytest.raises(TranscriptionOrdered):
        client.terminate()


def test_a_second_put_takes_the_place_of_the_first_unless_the_client_forbids_it(core: Core) -> None:
    client = UploadClient(core)
    client.put(b"first")
    with pytest.raises(MediaPresent):
        client.put(b"second", only_without_media=True)
    assert core.content(client.job.id) == b"first"
    client.put(b"second")
    assert core.content(client.job.id) == b"second"
    assert len(list(core.store.keys())) == 1


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "not announced"])
def test_a_recording_may_not_be_larger_than_its_url_allows(core: Core, announced: bool) -> None:
    client = UploadClient(core, max_bytes=10)
    if announced:
        with pytest.raises(TooLarge, match="limit of 10 bytes"):
            client.begin_put(11)
    else:
        intake = client.begin_put(None)
        intake.write(memoryview(b"0123456789"))
        with pytest.raises(TooLarge):
            intake.write(memoryview(b"x"))
    client.put(b"0123456789")


def test_an_upload_must_keep_to_the_length_that_was_announced(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    with pytest.raises(InconsistentLength):
        client.append(b"4", 4, length=11)
    client.append(b"456789", 4)
    assert core.content(client.job.id) == b"0123456789"


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "not announced"])
def test_an_upload_is_invalid_once_bytes_past_its_length_have_come(core: Core, announced: bool) -> None:
    client = UploadClient(core)
    core.clock.advance(1)
    client.create(10, b"0123")
    with pytest.raises(LongerThanAnnounced):
        if announced:
            client.append(b"0123456", 4)
        else:
            intake = client.begin_append(None, 4)
            try:
                intake.write(memoryview(b"0123456"))
            except LongerThanAnnounced as error:
                client.uploads.finish(intake, error)
    for ask in (client.offset, client.terminate, client.put, lambda: client.append(b"456789", 4)):
        with pytest.raises(UploadInvalid):
            ask()
    (state,) = client.uploads.uploads_of_job(client.job.id)
    assert state.status == "INVALID"
    assert core.tasks(client.job.id)[-1] == (
        "JOB_UPLOAD_MEDIA",
        "ABORTED",
        "More bytes came than were announced",
    )
    assert core.services.uploads.kept_partials() == frozenset()
    UploadClient(core, client.job).put()


def test_media_that_is_whole_survives_that_a_later_upload_is_invalid(core: Core) -> None:
    client = UploadClient(core)
    client.put(b"first")
    client.create(10, b"0123")
    with pytest.raises(LongerThanAnnounced):
        client.append(b"0123456", 4)
    assert core.content(client.job.id) == b"first"


def test_the_end_of_a_complete_upload_may_be_repeated(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    first = client.append(b"456789", 4, digests=Digests(wanted=True))
    again = client.append(b"", 10)
    assert (again.size, again.etag, again.sha256) == (10, first.etag, first.sha256)
    assert again.task_id is None
    assert core.content(client.job.id) == b"0123456789"
    assert len(core.tasks(client.job.id)) == 3


def test_nothing_can_be_added_to_a_complete_upload(core: Core) -> None:
    client = UploadClient(core)
    client.put(b"0123456789")
    with pytest.raises(MismatchingOffset):
        client.append(b"", 9)
    with pytest.raises(UploadComplete):
        client.append(b"x", 10)
    endless = client.begin_append(None, 10)
    with pytest.raises(UploadComplete) as caught:
        endless.write(memoryview(b"x"))
    with pytest.raises(UploadComplete):
        client.uploads.finish(endless, caught.value)
    assert core.content(client.job.id) == b"0123456789"


def test_who_asks_by_the_protocol_of_the_ietf_gets_an_offset_that_stays(core: Core) -> None:
    client = UploadClient(core)
    body = Body(bytes=None, length=10, completes=True)
    first = client.uploads.admit(client.request(Action.REPLACE, body, protocol=Protocol.IETF))
    first.write(memoryview(b"0123"))
    gives_way(client, first)
    state = client.uploads.state(client.request(Action.STATE, protocol=Protocol.IETF))
    assert state is not None and state.bytes == 4
    assert first.over.is_set()
    client.append(b"456789", 4)
    assert core.content(client.job.id) == b"0123456789"


def test_a_wrong_offset_is_said_before_a_length_that_is_too_large(core: Core) -> None:
    client = UploadClient(core, max_bytes=10)
    client.create(None, b"0123")
    with pytest.raises(MismatchingOffset) as caught:
        client.append(b"x" * 20, 9)
    assert caught.value.headers == {"Upload-Offset": "4"}
    with pytest.raises(TooLarge):
        client.append(b"x" * 20, 4)


def test_an_append_to_nothing_begins_at_the_first_byte(core: Core) -> None:
    client = UploadClient(core)
    with pytest.raises(MismatchingOffset):
        client.append(b"x", 1)
    client.append(RECORDING, 0, length=len(RECORDING))
    assert core.content(client.job.id) == RECORDING


def test_a_refused_append_leaves_the_upload_as_it_was(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    for wrong in (3, 5):
        with pytest.raises(MismatchingOffset):
            client.append(b"x", wrong)
    assert client.offset() == 4


def test_in_tus_a_second_writer_is_refused_until_the_first_falls_silent(core: Core) -> None:
    client = UploadClient(core)
    client.create(10)
    first = client.begin_append(10, 0)
    with pytest.raises(UploadBusy):
        client.begin_append(10, 0)
    gives_way(client, first)
    core.clock.advance(TAKEOVER_SILENCE_S)
    client.append(b"0123456789", 0)
    assert core.content(client.job.id) == b"0123456789"


def test_an_append_waits_for_a_request_that_only_asks_for_the_offset(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    state = core.services.uploads.uploads_of_job(client.job.id)[0]
    assert state.partial is not None
    asked = core.store.resume(state.partial)
    answered = threading.Timer(0.2, asked.suspend)
    answered.start()
    client.append(b"456789", 4)
    answered.join()
    assert core.content(client.job.id) == b"0123456789"


def test_appends_that_wait_for_another_hold_up_no_more_than_two_threads(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partials, "BRIEF_S", 3600.0)
    client = UploadClient(core)
    client.create(10, b"0123")
    [state] = core.services.uploads.uploads_of_job(client.job.id)
    assert state.partial is not None
    held = core.store.resume(state.partial)  # by another server
    waiting = [threading.Thread(target=attempt, args=(client,)) for _ in range(partials.WAITING_AT_ONCE)]
    for thread in waiting:
        thread.start()
    slots = core.services.uploads._partials._waiting
    wait_until(lambda: slots._value == 0, pause_s=0.01)
    with pytest.raises(UploadBusy):
        client.append(b"456789", 4)
    held.suspend()
    for thread in waiting:
        thread.join()
    assert core.content(client.job.id) == b"0123456789"


def attempt(client: UploadClient) -> None:
    """Append, which only the first of several can."""
    with contextlib.suppress(UploadRefused):
        client.append(b"456789", 4)


def test_in_the_protocol_of_the_ietf_the_newer_request_wins(core: Core) -> None:
    client = UploadClient(core)
    body = Body(bytes=None, completes=False)
    first = client.uploads.admit(client.request(Action.CREATE, body, protocol=Protocol.IETF))
    first.write(memoryview(b"0123"))
    gives_way(client, first)
    more = Body(bytes=6, offset=4, length=10, completes=True)
    second = client.uploads.admit(client.request(Action.APPEND, more, protocol=Protocol.IETF))
    second.write(memoryview(b"456789"))
    client.uploads.finish(second)
    assert core.content(client.job.id) == b"0123456789"


def test_a_store_that_is_nearly_full_takes_only_what_leaves_the_reserve(build_core: BuildCore) -> None:
    core = build_core(disk_reserve=100)
    core.store.capacity = 150
    client = UploadClient(core)
    with pytest.raises(NoRoom):
        client.begin_put(51)
    client.put(b"x" * 50)
    with pytest.raises(NoRoom):
        UploadClient(core).begin_put(1)


def test_a_store_that_is_out_of_reach_refuses_and_loses_nothing(core: Core) -> None:
    client = UploadClient(core)
    client.create(10, b"0123")
    core.store.is_available = False
    for bring in (client.put, lambda: client.append(b"456789", 4)):
        with pytest.raises(StorageFault) as caught:
            bring()
        assert caught.value.status == 503
    core.store.is_available = True
    client.append(b"456789", 4)
    assert core.content(client.job.id) == b"0123456789"


def test_an_account_may_have_so_many_bytes_on_their_way(build_core: BuildCore) -> None:
    core = build_core(account_in_flight_bytes=100)
    first = UploadClient(core)
    intake = first.begin_put(60)
    with pytest.raises(QuotaExceeded, match="ACCOUNT_IN_FLIGHT_BYTES"):
        UploadClient(core).begin_put(41)
    other = core.services.accounts.create("ann", "a password", parent="admin")
    UploadClient(core, core.job(owner=other)).begin_put(60)
    intake.write(memoryview(b"x" * 60))
    first.uploads.finish(intake)
    UploadClient(core).begin_put(41)


def test_an_account_may_have_so_many_bytes_of_broken_uploads(build_core: BuildCore) -> None:
    core = build_core(account_partial_bytes=10)
    broken = UploadClient(core)
    broken.create(100, b"x" * 10)
    with pytest.raises(QuotaExceeded, match="ACCOUNT_PARTIAL_BYTES"):
        UploadClient(core).create(100, b"x")
    broken.append(b"x", 10)  # its own bytes do not stand in its way
    broken.terminate()
    UploadClient(core).create(100, b"x")


def test_an_account_may_store_so_many_bytes_and_replace_what_it_has(build_core: BuildCore) -> None:
    core = build_core(account_stored_bytes=100)
    client = UploadClient(core)
    client.put(b"x" * 80)
    with pytest.raises(QuotaExceeded, match="ACCOUNT_STORED_BYTES"):
        UploadClient(core).begin_put(21)
    endless = UploadClient(core).begin_put(None)
    with pytest.raises(QuotaExceeded):
        endless.write(memoryview(b"x" * 21))
    client.put(b"x" * 100)


def test_a_request_that_could_not_be_noted_leaves_nothing_behind(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = UploadClient(core)

    def fails(*_: object) -> None:
        raise OSError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(client.uploads._partials, "record", fails)
        with pytest.raises(OSError, match="the database is gone"):
            client.create(10)
    assert core.store.sweep(objects=frozenset(), partials=frozenset(), older_than_s=-1) == 0
    client.create(10)


def gives_way(client: UploadClient, intake: object) -> None:
    """Have whoever moves the bytes end when it is told to."""

    def interrupt(error: Exception) -> None:
        with pytest.raises(Superseded):
            client.uploads.finish(intake, error)  # type: ignore[arg-type]

    intake.interrupt = interrupt  # type: ignore[attr-defined]


def test_every_refusal_is_one_that_a_client_can_be_told() -> None:
    assert issubclass(UploadRefused, InvalidQuery)
    assert not issubclass(ConnectionLost, InvalidQuery)
