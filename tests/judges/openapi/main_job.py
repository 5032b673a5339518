"""The main job, by the client that openapi-python-client makes of the server's document (`client`)."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import time

import client
import httpx
from client import AuthenticatedClient, Client
from client.api.account import post_account_login
from client.api.job import (
    get_job_get_caption,
    get_job_info,
    get_job_list,
    get_job_request_upload_url,
    post_job_new,
    post_job_perform_transcription,
)
from client.models import (
    AccountLoginParameters,
    CaptionFormat,
    Iwp,
    JobNewParameters,
    JobPerformTranscriptionParameters,
    JobPerformTranscriptionParametersTranscriptionFidelity,
    JobStatus,
    TranscriptionOptions,
)

modules = [each.name for each in pkgutil.walk_packages(client.__path__, "client.")]
for name in modules:
    importlib.import_module(name)

base_url, username, password = sys.argv[1:]
credentials = AccountLoginParameters(v=1, username=username, password=password)
login = post_account_login.sync(client=Client(base_url), body=credentials)
api = AuthenticatedClient(base_url, token=login.api_token, raise_on_unexpected_status=True)
opened = post_job_new.sync(client=api, body=JobNewParameters(v=1, job_name='Ænother "job"'))
about = {"client": api, "v": 1, "job_id": opened.job_id}
sent = httpx.put(get_job_request_upload_url.sync(**about).upload_url, content=b"a recording")
order = JobPerformTranscriptionParameters(
    v=1,
    job_id=opened.job_id,
    transcription_fidelity=JobPerformTranscriptionParametersTranscriptionFidelity.MECHANICAL,
    options=TranscriptionOptions(return_iwp=[Iwp.FINAL], speaker_id=True),
)
post_job_perform_transcription.sync(client=api, body=order)
while (info := get_job_info.sync(**about)).job_status != JobStatus.COMPLETE:
    time.sleep(0.2)
listed = get_job_list.sync(client=api, v=1, job_status=JobStatus.COMPLETE)
captions = get_job_get_caption.sync_detailed(**about, caption_format=CaptionFormat.SRT)
refused = get_job_info.sync_detailed(client=api, v=1, job_id="0" * 32)
print(
    json.dumps(
        {
            "modules": len(modules),
            "sent": sent.status_code,
            "name": info.job_name,
            "options": info.options.to_dict(),
            "listed": any(job.job_id == opened.job_id for job in listed.active_jobs),
            "captions": captions.content.decode(),
            "refusal": refused.status_code,
        }
    )
)
