"""Orders that come as a table: what is read of it, what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

TABLE = """recording;name;external_id;language;priority;speakers;terms;colour
quiet.wav;"The ""first"" lecture";BIO-1;EN;economy;2;Ménard|pyruvate;red
missing.wav;;;;;;;
https://127.0.0.1:9/second.mp4;Second;;;;;;
quiet.wav;;;tlh;;;;
quiet.wav;;;;soon;;;
quiet.wav;;;;;many;;
;no recording;;;;;;
"""


def test_a_table_orders_each_recording_as_it_says(visitor: Visitor, quiet: Path) -> None:
    page = visitor.go("/web/new")
    visitor.drop({"quiet.wav": quiet.read_bytes(), "orders.csv": TABLE.encode()})
    expect(page.get_by_text("2 orders were read from orders.csv.")).to_be_visible()
    expect(page.get_by_role("heading", name="6 things in the table need attention")).to_be_visible()
    for said in (
        "Columns that are not known were ignored: colour.",
        "Line 3: the file “missing.wav” is not among the recordings.",
        "Line 5: language “tlh” is not offered here.",
        "Line 6: priority “soon” is not offered here.",
        "Line 7: speakers “many” must be a number from 1 to 99.",
        "Line 8: it names no recording.",
    ):
        expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_text("English · Economy · Speakers: 2 · Names and terms · BIO-1")).to_be_visible()
    visitor.shoot("new-table")
    visitor.check_accessible()
    page.get_by_role("button", name="Dismiss").last.click()
    page.get_by_role("button", name="Remove Second").click()
    page.get_by_role("button", name="Upload and transcribe").click()
    expect(page.get_by_text("1 recording is ordered.")).to_be_visible()
    [job] = visitor.client.get("job/list").json()["ActiveJobs"]
    assert (job["JobName"], job["ExternalID"]) == ('The "first" lecture', "BIO-1")
    assert (job["SourceLanguage"], job["Priority"]) == ("en", "ECONOMY")
    [terms] = visitor.client.get("job/list_guidelines", job_id=job["JobId"]).json()
    assert terms["text"] == "Ménard\npyruvate"


@pytest.mark.parametrize("table", ["name,language\nx,en\n", "", "\x00\x01"])
def test_a_table_without_recordings_says_which_columns_there_are(visitor: Visitor, table: str) -> None:
    page = visitor.go("/web/new")
    visitor.drop({"orders.csv": (table or "\n").encode()})
    expect(page.get_by_text("The first line must name the columns")).to_be_visible()
    expect(page.get_by_text("Drop recordings here")).to_be_visible()
