"""Ordering translations and second passes of a finished job, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scribedock.errors import InvalidOption, InvalidQuery, ItemNotFound, MissingParameter
from scribedock.jobs.job import Fidelity, Job, JobStatus, Priority
from scribedock.jobs.order_options import OrderOptions
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.translate import translate_job
from scribedock.ordering.uplevel import uplevel_job
from scribedock.related.translations import Child
from scribedock.related.uplevels import NewUplevel
from scribedock.translation.engine import LanguagePair, spoken_pairs
from tests.captions.sample import say
from tests.support.core import Core
from tests.support.finished import finished_job, ordered_job

ABLE = Capabilities(
    languages=frozenset({"en"}),
    detects_language=False,
    translates=frozenset({LanguagePair(source="en", target="de"), LanguagePair(source="en", target="es")}),
)
STANDARD = NewUplevel(priority=Priority.STANDARD)


def finished(core: Core, **ordered: object) -> Job:
    return core.services.jobs.find_job(
        finished_job(core.services, say("The sea is deep."), **ordered)  # type: ignore[arg-type]
    )


def translate(core: Core, job: Job, *languages: str, approve_uplevel: bool | None = None) -> list[Child]:
    return translate_job(
        core.services, ABLE, job.id, frozenset({core.admin.id}), languages, approve_uplevel=approve_uplevel
    )


def uplevel(core: Core, job: Job, asked: NewUplevel = STANDARD) -> tuple[Job, str]:
    return uplevel_job(core.services, job.id, frozenset({core.admin.id}), asked)


def test_a_second_pass_keeps_what_was_ordered_for_people(core: Core) -> None:
    options = {"notes": "names are Welsh", "custom_metadata": {"course": "BIO"}, "return_iwp": ["MECHANICAL"]}
    job = finished(core, options=options)
    made, workflow = uplevel(core, job, NewUplevel(priority=Priority.HIGH, timing=True, speaker_id=True))
    assert workflow == "MechFP 2nd Pass Only"
    assert (made.fidelity, made.priority, made.leading_id) == (Fidelity.HIGH, Priority.HIGH, job.id)
    assert made.options == OrderOptions(
        custom_metadata={"course": "BIO"},
        notes="Please check the times of the words too.\nnames are Welsh",
        speaker_id=True,
    )


def test_a_job_has_one_second_pass(core: Core) -> None:
    job = finished(core)
    made, _ = uplevel(core, job)
    with pytest.raises(InvalidQuery, match=f"see job {made.id}"):
        uplevel(core, job)
    with pytest.raises(InvalidQuery, match="it can be upleveled once it is Complete"):
        uplevel(core, made)


def test_nothing_is_above_a_professional_job(core: Core) -> None:
    job = finished(core, fidelity=Fidelity.HIGH)
    assert job.status is JobStatus.COMPLETE
    with pytest.raises(InvalidQuery, match="PROFESSIONAL already"):
        uplevel(core, job)


def test_a_translation_of_a_machines_transcript_needs_approval_of_the_second_pass(core: Core) -> None:
    job = finished(core)
    with pytest.raises(MissingParameter, match="approve_uplevel"):
        translate(core, job, "de")
    with pytest.raises(InvalidQuery, match="must be upleveled before it is translated"):
        translate(core, job, "de", approve_uplevel=False)
    german, spanish = translate(core, job, "de", "es", approve_uplevel=True)
    assert (german.language, german.created, spanish.language) == ("de", True, "es")
    with core.services.database.read() as connection:
        related = core.services.related.related_jobs(connection, job.id)
    assert sorted(each.target_language for each in related) == ["", "de", "es"]


def test_a_translation_that_is_there_is_not_made_again(core: Core) -> None:
    job = finished(core, fidelity=Fidelity.HIGH)
    (first,) = translate(core, job, "de")
    (again,) = translate(core, job, "de")
    assert (again.created, again.job.id) == (False, first.job.id)


def test_a_translation_needs_another_language_and_an_engine(core: Core) -> None:
    job = finished(core, fidelity=Fidelity.HIGH)
    with pytest.raises(InvalidQuery, match="name at least one language other than en"):
        translate(core, job, "en")
    with pytest.raises(InvalidOption, match="for en to fr"):
        translate(core, job, "fr")


def test_a_message_does_not_list_every_language_that_a_recognizer_translates(core: Core) -> None:
    able = Capabilities(
        languages=frozenset({"en"}),
        detects_language=False,
        translates=spoken_pairs(f"x{letter}" for letter in "abcdefghijklmn")
        | {LanguagePair(source="en", target="de")},
    )
    with pytest.raises(InvalidOption, match="installed are en to de, 14 languages to en"):
        able.target_languages(finished(core, fidelity=Fidelity.HIGH), ["fr"])


def test_what_was_not_ordered_is_not_translated(core: Core) -> None:
    with pytest.raises(InvalidQuery, match="use perform_transcription first"):
        translate(core, core.job(), "de")


def test_a_job_under_way_can_be_translated_ahead(core: Core) -> None:
    job_id, _ = ordered_job(core.services, fidelity=Fidelity.HIGH)
    (child,) = translate(core, core.services.jobs.find_job(job_id), "de")
    assert child.job.status is JobStatus.PENDING


def test_what_only_the_recording_can_be_translated_from_needs_it(core: Core) -> None:
    job = finished(core, fidelity=Fidelity.HIGH, language="fr")
    french = spoken_pairs({"fr"})
    able = Capabilities(
        languages=frozenset({"fr"}), detects_language=False, translates=french, from_recording=french
    )
    with core.services.database.write() as connection:
        core.services.jobs.set(connection, job.id, recording_erased=core.clock.now())

    def order(capabilities: Capabilities) -> list[Child]:
        return translate_job(
            core.services,
            capabilities,
            job.id,
            frozenset({core.admin.id}),
            ["en"],
            approve_uplevel=None,
        )

    with pytest.raises(ItemNotFound, match="the recording of this job"):
        order(able)
    assert order(replace(able, from_recording=frozenset()))[0].created
