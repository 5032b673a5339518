"""Which languages a server recognizes, and between which it translates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scribedock.errors import InvalidOption
from scribedock.jobs.job import Job
from scribedock.jobs.languages import AUTO, SOURCE_LANGUAGES, iso_code, target_language
from scribedock.related.related import language_of
from scribedock.settings import Settings
from scribedock.speech.configured import recognizer
from scribedock.speech.recognizer import detects, engine_named, languages, translated_languages
from scribedock.translation.engine import LanguagePair, Translators, route, spoken_pairs

MAX_LISTED = 12  # pairs into one language, in a message


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    languages: frozenset[str]  # that the recognizer knows, ISO 639-1
    detects_language: bool  # whether it can detect which of them is spoken
    translates: frozenset[LanguagePair]
    from_recording: frozenset[LanguagePair] = frozenset()  # those of `translates` that no text suffices for
    doubt_below: float = 0.5  # the confidence below which a word of the recognizer is in doubt

    def check_recognition(self, job: Job) -> None:
        """Raise InvalidOption where the job's language cannot be recognized here; a sandbox accepts any."""
        if not job.sandbox:
            self.check_language(job.language, "the job's language")

    def check_language(self, language: str, what: str = "language") -> None:
        """Raise InvalidOption where a language of the catalogue, or AUTO, cannot be recognized here.

        what: what the error calls it.
        """
        if language == AUTO:
            self.check_detection()
        elif iso_code(language) not in self.languages:
            raise InvalidOption(
                f"The installed speech engine does not understand {what} {language!r}; "
                f"it understands: {', '.join(sorted(self.languages))}"
            )

    def listed_languages(self) -> list[str]:
        """Return the languages of the catalogue that the recognizer knows; where it knows none, all."""
        known = [code for code in SOURCE_LANGUAGES if iso_code(code) in self.languages]
        return sorted(known or SOURCE_LANGUAGES)

    def check_detection(self) -> None:
        """Raise InvalidOption where the recognizer cannot detect languages."""
        if not self.detects_language:
            raise InvalidOption(
                f"language {AUTO!r} takes a speech engine that tells languages apart (a multilingual model "
                "of Whisper), and this server has none; name the language that is spoken"
            )

    def target_languages(self, job: Job, given: Sequence[str]) -> tuple[str, ...]:
        """Return the languages to translate into, as the public list spells them, each once.

        The language of the job's own transcript needs no translation. Raises InvalidOption for a language
        that is not on the list, and where no engine is installed for a pair; a sandbox needs none.
        """
        languages = tuple(dict.fromkeys(target_language(code) for code in given))
        source = language_of(job)
        if job.sandbox:
            return languages
        if source == AUTO and languages:
            raise InvalidOption(
                f"target_language: what is spoken is not known before the job is transcribed ({AUTO}); order "
                "its translation with translate when the job is Complete"
            )
        missing = [
            pair
            for language in languages
            for pair in route(iso_code(source), iso_code(language))
            if pair not in self.translates
        ]
        if missing:
            raise InvalidOption(
                "target_language: no translation engine is installed for "
                f"{_listed(missing)}; {self._installed()}"
            )
        return languages

    def needs_recording(self, job: Job, targets: Sequence[str]) -> bool:
        """Return whether a translation into one of the languages is made from the recording."""
        source = iso_code(language_of(job))
        return any(
            pair in self.from_recording for target in targets for pair in route(source, iso_code(target))
        )

    def _installed(self) -> str:
        if not self.translates:
            return "there is none at all; leave it out, or name the source language"
        into: dict[str, list[LanguagePair]] = {}
        for pair in sorted(self.translates):
            into.setdefault(pair.target, []).append(pair)
        known = [
            _listed(pairs) if len(pairs) <= MAX_LISTED else f"{len(pairs)} languages to {target}"
            for target, pairs in into.items()
        ]
        return f"installed are {', '.join(known)}"


def configured_capabilities(settings: Settings) -> Capabilities:
    """Return what a server with these settings does. Raises SettingsError."""
    spec = recognizer(settings)
    texts = Translators(settings.translation_models).pairs
    spoken = spoken_pairs(translated_languages(spec))
    return Capabilities(
        languages=languages(spec),
        detects_language=detects(spec),
        translates=texts | spoken,
        from_recording=spoken - texts,
        doubt_below=engine_named(spec.engine).doubt_below,
    )


def _listed(pairs: Sequence[LanguagePair]) -> str:
    return ", ".join(dict.fromkeys(str(pair) for pair in pairs))
