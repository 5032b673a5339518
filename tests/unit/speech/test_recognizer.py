from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scribedock.settings import SettingsError
from scribedock.speech.recognizer import MODULES, choose, engine_named, languages

PARTS = ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"]


def copy(model: Path, folder: Path, *, without: str) -> Path:
    shutil.copytree(model, folder)
    (folder / without).unlink()
    return folder


def test_auto_is_pocketsphinx_where_no_model_is_given() -> None:
    assert choose("auto", None).engine == "pocketsphinx"


def test_auto_is_whisper_where_a_model_is_given(whisper_model: Path) -> None:
    spec = choose("auto", whisper_model)
    assert (spec.engine, spec.model) == ("whisper", whisper_model.resolve())


def test_pocketsphinx_by_name_stays_so_although_a_model_is_given(whisper_model: Path) -> None:
    spec = choose("pocketsphinx", whisper_model)
    assert (spec.engine, spec.model) == ("pocketsphinx", None)


def test_whisper_by_name_is_never_replaced_by_another_engine() -> None:
    with pytest.raises(SettingsError, match="SCRIBEDOCK_SPEECH_MODEL: must be the folder"):
        choose("whisper", None)


@pytest.mark.parametrize("name", ["tiny", "large-v3", "somebody/a-model"])
def test_a_missing_folder_is_never_taken_for_a_model_of_a_hub(name: str) -> None:
    with pytest.raises(SettingsError, match="is not a folder"):
        choose("auto", Path(name))


def test_an_engine_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingsError, match="use one of auto, onnx, pocketsphinx, whisper"):
        choose("magic", None)


@pytest.mark.parametrize("missing", PARTS)
def test_an_incomplete_model_is_refused_with_the_name_of_what_it_lacks(
    missing: str, whisper_model: Path, tmp_path: Path
) -> None:
    folder = copy(whisper_model, tmp_path / "model", without=missing)
    with pytest.raises(SettingsError, match=f"it lacks {missing}"):
        choose("whisper", folder)


def test_a_vocabulary_may_be_a_list_of_lines(whisper_model: Path, tmp_path: Path) -> None:
    folder = copy(whisper_model, tmp_path / "model", without="vocabulary.json")
    (folder / "vocabulary.txt").write_text("a\n\n<|en|>\n<|fr|>\n<|transcribe|>\n")
    assert languages(choose("whisper", folder)) == {"en", "fr"}


def test_an_unknown_engine_is_refused_with_a_list_of_engines() -> None:
    with pytest.raises(SettingsError, match="use one of auto, onnx, pocketsphinx, whisper"):
        choose("sphinx", None)


def test_pocketsphinx_understands_english_alone() -> None:
    assert languages(choose("pocketsphinx", None)) == {"en"}


def test_a_multilingual_model_understands_the_languages_of_its_vocabulary(whisper_model: Path) -> None:
    found = languages(choose("whisper", whisper_model))
    assert {"en", "de", "fr", "zh", "jv"} <= found
    assert len(found) == 99
    assert "jw" not in found


def test_a_model_without_the_multilingual_token_understands_english_alone(
    whisper_model: Path, tmp_path: Path
) -> None:
    folder = copy(whisper_model, tmp_path / "model", without="vocabulary.json")
    (folder / "vocabulary.txt").write_text("a\n<|en|>\n<|fr|>\n")
    assert languages(choose("whisper", folder)) == {"en"}


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 100_000, "\xff"])
def test_a_vocabulary_that_cannot_be_read_is_a_wrong_setting(
    text: str, whisper_model: Path, tmp_path: Path
) -> None:
    folder = copy(whisper_model, tmp_path / "model", without="vocabulary.json")
    (folder / "vocabulary.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"vocabulary\.json cannot be read"):
        languages(choose("whisper", folder))


def test_a_choice_can_be_sent_to_another_process(whisper_model: Path) -> None:
    spec = choose("whisper", whisper_model)
    assert pickle.loads(pickle.dumps(spec)) == spec  # noqa: S301


def test_only_pocketsphinx_does_not_punctuate() -> None:
    assert {name for name in MODULES if not engine_named(name).punctuates} == {"pocketsphinx"}


def test_choosing_imports_nothing_heavy(whisper_model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from scribedock.speech.recognizer import choose, languages;"
        f"languages(choose('auto', None)); languages(choose('auto', Path({str(whisper_model)!r})));"
        "import scribedock.speech.pool.pool, scribedock.speech.assembly;"
        "print({'numpy', 'faster_whisper', 'pocketsphinx', 'onnxruntime'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
