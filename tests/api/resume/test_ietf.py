"""Uploads by the IETF's resumable uploads."""

from __future__ import annotations

from tests.support.resume.ietf import *  # noqa: F403
