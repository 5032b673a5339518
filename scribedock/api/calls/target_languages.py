"""Languages to translate into, as an order names them: on the list, and with an engine for each way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from scribedock.api.registry import Context
from scribedock.errors import InvalidOption
from scribedock.jobs.job import Fidelity, Job, Priority
from scribedock.jobs.languages import AUTO, iso_code, target_language
from scribedock.related.related import language_of
from scribedock.translation.engine import LanguagePair, route


def wanted_languages(context: Context, job: Job, given: Sequence[str]) -> tuple[str, ...]:
    """The languages in the list's spelling, each once; that of the job's list needs no translation.

    Raises InvalidOption for one that is not on the list, and where no engine is installed for a pair; a
    sandbox needs none.
    """
    languages = tuple(dict.fromkeys(target_language(code) for code in given))
    source = language_of(job)
    if job.sandbox:
        return languages
    if source == AUTO and languages:
        raise InvalidOption(
            f"target_language: what is spoken is not known before the job is transcribed ({AUTO}); order its "
            "translation with translate when the job is Complete"
        )
    missing = [
        pair
        for language in languages
        for pair in route(iso_code(source), iso_code(language))
        if pair not in context.backend.translates
    ]
    if missing:
        raise InvalidOption(
            "target_language: no translation engine is installed for "
            f"{_listed(missing)}; {_available(context.backend.translates)}"
        )
    return languages


def open_translations(
    context: Context, connection: Connection, ordered: Job, languages: Sequence[str]
) -> None:
    """One related job for each language of an order, in the order's transaction."""
    context.services.translations.open(
        connection,
        ordered,
        languages,
        fidelity=ordered.fidelity or Fidelity.MECHANICAL,
        priority=ordered.priority or Priority.STANDARD,
        callback_url=ordered.callback_url,
        options=ordered.options,
    )


def _listed(pairs: Sequence[LanguagePair]) -> str:
    return ", ".join(dict.fromkeys(str(pair) for pair in pairs))


def _available(pairs: frozenset[LanguagePair]) -> str:
    if not pairs:
        return "there is none at all; leave it out, or name the source language"
    return f"installed are {_listed(sorted(pairs))}"
