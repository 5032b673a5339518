"""Uploads in parts side by side, by the concatenation extension of tus 1.0.0."""

from __future__ import annotations

from tests.support.resume.concatenation import *  # noqa: F403
