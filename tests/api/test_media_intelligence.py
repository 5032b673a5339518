"""The option `generate_media_intelligence_iwp`: keywords and topics in the versions that it names."""

from __future__ import annotations

import jsonschema

from tests.captions.sample import say
from tests.captions.schema import EMITTED
from tests.support.client import Client
from tests.support.finished import finished_job, services_of

LIST = say("The moon pulls the tides.", "The tides follow the moon.", "Sailors read tide tables.", gap=500)


def test_the_named_versions_have_keywords_and_topics_with_their_times(client: Client) -> None:
    options: dict[str, object] = {"generate_media_intelligence_iwp": ["FINAL"]}
    with services_of(client.server) as services:
        job = finished_job(services, LIST, options=options)
    final = client.get("job/get_elementlist", job_id=job).json()
    jsonschema.validate(final, EMITTED)
    assert len(final["keywords"]["moon"]["time_ranges"]) == 2
    assert final["keywords"]["moon"]["time_ranges"][0] == {"start_time": 300, "end_time": 600}
    assert final["topics"]
    machine = client.get("job/get_elementlist", job_id=job, iwp_name="MECHANICAL").json()
    assert machine["keywords"] == machine["topics"] == {}
    assert machine["segments"] == final["segments"]


def test_without_the_option_there_are_none(client: Client) -> None:
    with services_of(client.server) as services:
        job = finished_job(services, LIST)
    final = client.get("job/get_elementlist", job_id=job).json()
    assert final["keywords"] == final["topics"] == {}
