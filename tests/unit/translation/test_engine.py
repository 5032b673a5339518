"""Translation engines: the route, what is installed, and what a model folder must have."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scribedock.settings import SettingsError
from scribedock.translation import apertium
from scribedock.translation.apertium import modes_of
from scribedock.translation.engine import LanguagePair, TranslationFailed, Translators, route
from scribedock.translation.model_folder import MAX_TOKENS
from tests.support.models.tiny_translation import build

EN_DE = LanguagePair(source="en", target="de")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    build(folder / "en-de")
    (folder / "notes").mkdir()
    (folder / "README.md").write_text("for the operator")
    return folder


def test_two_other_languages_meet_in_english() -> None:
    assert route("en", "de") == (EN_DE,)
    assert route("fr", "en") == (LanguagePair(source="fr", target="en"),)
    assert route("fr", "de") == (LanguagePair(source="fr", target="en"), EN_DE)
    assert route("fr", "fr") == ()


def test_a_folder_is_a_pair_and_others_are_ignored(models: Path) -> None:
    translators = Translators(models)
    assert EN_DE in translators.pairs
    assert translators.engine_of(EN_DE) == "ctranslate2"
    assert translators.engine_of(LanguagePair(source="xx", target="yy")) is None


def test_a_model_translates_each_text(models: Path) -> None:
    texts = ["the sea is deep.", "", "blue and blue", "nobody is the sea"]
    assert Translators(models).translate(EN_DE, texts) == [
        "die See ist tief.",
        "",
        "blau und blau",
        "Wort ist die See",
    ]


def test_a_text_that_is_longer_than_a_model_can_take_loses_no_word(models: Path) -> None:
    [text] = Translators(models).translate(EN_DE, ["the sea is " * MAX_TOKENS])
    assert text.split() == ["die", "See", "ist"] * MAX_TOKENS


def test_a_pair_without_an_engine_is_reported(models: Path) -> None:
    with pytest.raises(TranslationFailed, match="xx to yy"):
        Translators(models).translate(LanguagePair(source="xx", target="yy"), ["a"])


def test_a_folder_that_lacks_a_part_is_refused(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "en-de", tmp_path / "en-fr")
    (tmp_path / "en-fr" / "target.spm").unlink()
    with pytest.raises(SettingsError, match=r"en-fr is not a translation model, it lacks target\.spm"):
        Translators(tmp_path)
    with pytest.raises(SettingsError, match="is not a folder"):
        Translators(tmp_path / "nothing")


def test_apertium_lists_its_pairs_in_either_code() -> None:
    listing = "  eng-spa\n  eng_US-spa\n  spa-eng\n  en-gl\n  oci_aran-fra\n  a-b-c\n"
    assert modes_of(listing) == {
        LanguagePair(source="en", target="es"): "eng-spa",
        LanguagePair(source="es", target="en"): "spa-eng",
        LanguagePair(source="en", target="gl"): "en-gl",
        LanguagePair(source="oc", target="fr"): "oci_aran-fra",
    }


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take the arguments of apertium; it says everything in capitals."""
    path = tmp_path / "apertium"
    path.write_text(
        "#!/bin/sh\n"
        'case "$1 $2" in\n'
        '"-l ") echo "  eng-spa";;\n'
        '"-u eng-spa") tr a-z A-Z < "$3" > "$4";;\n'
        "*) echo unknown >&2; exit 1;;\n"
        "esac\n"
    )
    path.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    return path


def test_apertium_translates_many_sentences_at_once(program: Path) -> None:
    pair = LanguagePair(source="en", target="es")
    translators = Translators(None)
    assert translators.engine_of(pair) == "apertium"
    texts = ["one.", "", "two\nlines", *["more"] * 250]
    assert translators.translate(pair, texts) == ["ONE.", "", "TWO LINES", *["MORE"] * 250]


def test_apertiums_error_message_is_passed_on(program: Path) -> None:
    with pytest.raises(TranslationFailed, match="unknown"):
        apertium.Apertium("eng-xyz").translate(["one"])


@pytest.mark.trials
def test_the_real_apertium_translates() -> None:
    pair = LanguagePair(source="en", target="es")
    translators = Translators(None)
    assert pair in translators.pairs, "this test needs apertium-eng-spa (on Debian: apt-get install it)"
    texts = ["The house is big", "I have a dog", "The water is cold."]
    found = translators.translate(pair, texts)
    assert len(found) == 3
    assert "casa" in found[0].lower() and "perro" in found[1].lower() and "agua" in found[2].lower()
