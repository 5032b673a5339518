from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.decoding import MAX_FILE_BYTES, decoded
from scribedock_captions.readers.warnings import Warnings

TEXT = "Grüße, “café” — naïve?\nДа.\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_is_read_in_every_encoding(mark: bytes, encoding: str) -> None:
    assert decoded(mark + TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark_by_its_zeros(encoding: str) -> None:
    assert decoded("1\n00:00:01,000 --> ".encode(encoding)) == "1\n00:00:01,000 --> "


def test_bytes_that_are_not_utf_8_are_windows_1252() -> None:
    text = "“Señor”, dijo él… €5 – ¡olé!"
    assert decoded(text.encode("cp1252")) == text


def test_a_file_of_mixed_encodings_keeps_every_letter() -> None:
    assert decoded("é ü ".encode() + "é “x”".encode("cp1252") + " Да".encode()) == "é ü é “x” Да"


def test_bytes_that_no_encoding_knows_are_replaced_and_reported() -> None:
    warnings = Warnings()
    assert decoded(b"Hi.\na\x81b\x9d", warnings=warnings) == "Hi.\na\ufffdb\ufffd"
    assert [(warning.line, warning.message[:9]) for warning in warnings.found()] == [
        (2, "the file "),
        (2, "2 charact"),
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "¿Dónde está el niño? Mañana lo verás."),
        ("cp1252", "Ça va bien, merci. Où étais-tu hier ?"),
        ("cp1252", "Jag är på väg. Vi ses på lördag!"),
        ("cp1252", "Perché no? È così."),
        ("cp1252", "It’s mine – don’t touch."),
        ("cp1250", "Dzień dobry, jak się masz? Źle się czuję."),
        ("cp1251", "Привет, мир."),
        ("koi8-r", "Добрый вечер, дамы и господа."),
        ("cp1253", "Καλημέρα σας, τι κάνετε;"),
        ("cp1254", "Günaydın, nasılsınız? İyi günler. Şimdi değil."),
        ("cp1255", "שלום לכולם, מה שלומכם?"),
        ("cp1256", "مرحبا بكم في البرنامج"),
        ("shift_jis", "これは字幕のテストです。"),
        ("euc_jp", "これは字幕のテストです。"),
        ("gbk", "这是一个字幕测试。你好吗?"),
        ("big5", "這是一個字幕測試。你好嗎?"),
        ("euc_kr", "안녕하세요. 오늘은 날씨가 좋네요."),
    ],
)
def test_an_encoding_is_guessed_and_the_guess_is_reported(encoding: str, text: str) -> None:
    warnings = Warnings()
    source = f"1\n00:00:01,000 --> 00:00:03,000\n{text}\n"
    assert decoded(source.encode(encoding), warnings=warnings) == source
    [warning] = warnings.found()
    assert warning.line == 3
    assert " is a guess" in warning.message


def test_a_file_that_says_its_encoding_needs_no_guess() -> None:
    warnings = Warnings()
    assert decoded("Да.".encode(), warnings=warnings) == "Да."
    assert decoded("Да.".encode("cp1251"), encoding="windows-1251", warnings=warnings) == "Да."
    assert decoded("\ufeffДа.".encode(), encoding="UTF-8", warnings=warnings) == "Да."
    assert decoded("Да.".encode("utf-16"), encoding="UTF-16", warnings=warnings) == "Да."
    assert warnings.found() == ()


@pytest.mark.parametrize("encoding", ["rot13", "hex", "idna", "windows-9999", "x" * 200])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="is no encoding; use UTF-8"):
        decoded(b"a", encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "text"), [("ISO-8859-2", "Łódź"), ("windows-1251", "Да"), ("Shift_JIS", "日本語")]
)
def test_the_encoding_that_xml_declares_is_used(encoding: str, text: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?><tt>{text}</tt>'
    assert decoded(xml.encode(encoding)) == xml


@pytest.mark.parametrize("encoding", ["rot13", "hex", "utf-7", "unicode_escape", "idna", "x" * 20])
def test_a_declared_encoding_that_is_not_for_text_is_ignored(encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?><tt>+AGE-\\x41é</tt>'
    assert decoded(xml.encode()) == xml


def test_an_unknown_code_page_is_named() -> None:
    with pytest.raises(UnreadableFile, match="declares the encoding 'windows-9999'; use UTF-8"):
        decoded(b'<?xml version="1.0" encoding="windows-9999"?><tt/>')


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ends_with_a_line_feed(ending: str) -> None:
    assert decoded(f"a{ending}{ending}b{ending}".encode()) == "a\n\nb\n"


def test_a_zero_becomes_the_replacement_character() -> None:
    assert decoded(b"a\0b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"x" * (MAX_FILE_BYTES + 1), "is larger than the limit of 8 MiB"),
        (b"850STL25.01" + b" " * 9, "is EBU STL, not a text"),
        (b"\x1aE\xdf\xa3", "is a recording in Matroska or WebM, not a text"),
        (b"PK\x03\x04rest", "is a ZIP archive or an office document, not a text"),
        (b"%PDF-1.7", "is a PDF, not a text"),
        (b"{\\rtf1", "is RTF, not a text"),
        (bytes(10_000), "is no text: it is full of control characters"),
        (bytes(range(256)) * 100, "is no text: it is full of control characters"),
    ],
)
def test_a_binary_file_is_refused_by_its_kind(data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        decoded(data)
    assert str(refused.value).startswith(f"The transcript {problem}")


@given(st.binary(max_size=200))
def test_any_bytes_become_text_that_can_be_written(data: bytes) -> None:
    try:
        text = decoded(data)
    except UnreadableFile:
        return
    assert "\r" not in text and "\0" not in text
    text.encode()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso8859-2", "Gdzie są książki? Właśnie je niosę."),
        ("iso8859-5", "Сегодня хорошая погода. Пойдём гулять?"),
        ("cp866", "Сегодня хорошая погода. Пойдём гулять?"),
        ("iso8859-6", "أين الكتاب؟ هو على الطاولة."),
        ("mac-roman", "Où étais-tu ? J’étais à la fenêtre."),
        ("iso2022_jp", "今日はいい天気です。"),
    ],
)
def test_encodings_of_older_programs_are_guessed_and_reported(encoding: str, text: str) -> None:
    warnings = Warnings()
    assert decoded(text.encode(encoding), warnings=warnings) == text
    assert len(warnings.found()) == 1


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", "私はPythonで字幕を作ります。とても楽しいです。"),
        ("gb18030", "我用iPhone看书，也用Kindle。"),
        ("cp1252", "L’été, c’est «l’âge d’or» – 25°C…"),
    ],
)
def test_words_of_two_scripts_and_signs_are_no_hint_of_an_older_encoding(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_marks_of_joined_files_and_padding_are_no_text() -> None:
    assert decoded("a\n\ufeffb\n".encode("utf-8-sig") + bytes(3000)) == "a\nb\n"
