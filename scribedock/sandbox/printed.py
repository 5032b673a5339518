"""The values that the API's reference prints in its examples."""

from __future__ import annotations

from scribedock.clock import parse_time

USERNAME = "john_doe"
PASSWORD = "example_password"  # noqa: S105 - the reference prints it
EMAIL = "john_doe@example.com"
API_TOKEN = "7ca5dc5c7cce449fb0fff719307e8f5f"  # noqa: S105 - this one too
API_KEY = "968a8b637a5040159424872fffdb895b"
KEY_USERNAME = "user"
"""Who logs in with the key in one of two examples; in the other one it is USERNAME."""
OTHER_ACCOUNTS = ("my_sub_account", "my_parent_account", "my_account_name")
"""Accounts that examples name, which may be any below USERNAME."""

JOB_ID = "64bea283eff6475ea6596027a6ba0929"
LISTED_JOB_ID = "93n7dc5c7cce449fbk4h3nfo89m2be8w"
"""The job of `list_related`, which is no number in hex."""
JOB_NAME = "example_job"
EXTERNAL_ID = "sample_id"
MEDIA_URL = "http://www.domain.com/video.mp4"
CREATED = parse_time("2014-08-27T14:00:06.472706")
DUE = parse_time("2014-08-29T14:00:06.472706")
COMPLETED = parse_time("2014-08-27T14:10:41.923125")
RETURNED = parse_time("2014-08-27T14:10:42.885185")
FIRST_VERSION = parse_time("2014-07-31T12:35:52")
"""The `elementlist_version` of `get_elementlist` and `get_transcript`, MECHANICAL as their `iwp_name` is."""
LAST_VERSION = parse_time("2014-07-31T12:35:52.324389")
"""That of `get_caption`."""
