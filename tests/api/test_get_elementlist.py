"""`job/get_elementlist`."""

from __future__ import annotations

import jsonschema

from tests.captions.schema import EMITTED
from tests.support.client import Client


def test_the_elementlist_follows_the_schema_and_its_times_ascend(client: Client, finished: str) -> None:
    answer = client.get("job/get_elementlist", job_id=finished)
    assert answer.headers["content-type"] == "application/json"
    elementlist = answer.json()
    jsonschema.validate(elementlist, EMITTED)
    assert elementlist["language"] == "en"
    assert elementlist["end_time"] == round(client.info(finished)["MediaLengthSeconds"] * 1000)
    at = 0
    for segment in elementlist["segments"]:
        assert at <= segment["start_time"] <= segment["end_time"] <= elementlist["end_time"]
        for sequence in segment["sequences"]:
            assert at <= sequence["start_time"] <= sequence["end_time"] <= segment["end_time"]
            at = sequence["end_time"]
        assert "ENDS_SENTENCE" in segment["sequences"][-1]["tokens"][-1]["tags"]


def test_an_elementlist_the_client_already_has_is_not_sent_again(client: Client, finished: str) -> None:
    query = {"v": "1", "api_token": client.token, "job_id": finished}
    first = client.http.get("/api/job/get_elementlist", params=query)
    again = client.http.get(
        "/api/job/get_elementlist", params=query, headers={"If-None-Match": first.headers["etag"]}
    )
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    other = {**query, "iwp_name": "MECHANICAL"}
    assert client.http.get("/api/job/get_elementlist", params=other).headers["etag"] != first.headers["etag"]
