"""The catalogues of what pages say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import scribedock.web
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.order_options import ApprovalStep, ApprovalTool, Campaign, OrderOptions
from scribedock.web.texts import DEFAULT, LANGUAGES, PLACEHOLDER, Texts, catalogue

WEB = Path(scribedock.web.__file__).parent
KEY = re.compile(r"""["']([a-z_]+(?:\.[a-z_]+)+)["']""")
OTHER_LANGUAGES = [language for language in LANGUAGES if language != DEFAULT]
FAMILIES = ("role.", "scope.")  # whose last part is a value


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_every_language_has_every_text_with_the_same_values(language: str) -> None:
    ours, theirs = catalogue(DEFAULT), catalogue(language)
    assert theirs.keys() == ours.keys()
    for key, text in ours.items():
        assert set(PLACEHOLDER.findall(theirs[key])) == set(PLACEHOLDER.findall(text)), key


def test_a_catalogue_is_in_the_order_of_its_keys() -> None:
    for language in LANGUAGES:
        assert list(catalogue(language)) == sorted(catalogue(language))


def used() -> set[str]:
    sources = [*WEB.rglob("*.py"), *(WEB / "templates" / "pages").glob("*.html")]
    found = {key for path in sources for key in KEY.findall(path.read_text())}
    return found & set(catalogue(DEFAULT)) | {key for key in found if key.split(".")[0] in prefixes()}


def prefixes() -> set[str]:
    return {key.split(".")[0] for key in catalogue(DEFAULT)}


def test_every_text_of_a_page_exists() -> None:
    plural = {key for key in used() if f"{key}.one" in catalogue(DEFAULT)}
    assert used() - plural - set(catalogue(DEFAULT)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_of_an_order_is_said_in_words(language: str) -> None:
    """The page of a job puts the keys together."""
    texts = catalogue(language)
    values = {
        "customer_approval_steps": ApprovalStep,
        "customer_approval_tool": ApprovalTool,
        "first_pass_campaign": Campaign,
    }
    for option in fields(OrderOptions):
        assert f"job.option.{option.name}" in texts
        for value in values.get(option.name, ()):
            assert f"job.option.{option.name}.{value}" in texts
    assert {f"iwp.{version}" for version in Iwp} <= texts.keys()


def test_a_value_is_put_in_and_a_missing_one_is_an_error() -> None:
    texts = Texts(language="en")
    assert texts("header.signed_in", name="{account}", account="a{0}") == "{account} (a{0})"
    with pytest.raises(KeyError):
        texts("header.signed_in", name="Maria")
    with pytest.raises(KeyError):
        texts("no.such.text")
