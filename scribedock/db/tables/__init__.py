"""Every table. Ids are UUID4 as 32 hex digits; times are in UTC."""

from __future__ import annotations

from scribedock.db.tables.accounts import (
    accounts,
    api_keys,
    login_failures,
    retention_policies,
    sessions,
    untrusted_proxies,
    webhook_secrets,
)
from scribedock.db.tables.budgets import budget_charges, budgets
from scribedock.db.tables.columns import initial_row, metadata
from scribedock.db.tables.jobs import (
    derivations,
    element_lists,
    guidelines,
    job_events,
    job_names,
    jobs,
    media,
    tasks,
    transcripts,
    uploads,
)
from scribedock.db.tables.persons import (
    person_links,
    persons,
    recovery_codes,
    second_factors,
    sign_in_steps,
    web_sessions,
)
from scribedock.db.tables.records import audit_entries, failed_logins, key_fingerprints, upgrades
from scribedock.db.tables.results import caption_urls, mails, renditions, shares
from scribedock.db.tables.reviews import (
    drafts,
    passes,
    realignments,
    review_decisions,
    segment_saves,
    span_recognitions,
)
from scribedock.db.tables.search import passages, search_lists
from scribedock.db.tables.webhooks import webhook_endpoints, webhook_events, webhook_tries
from scribedock.db.tables.work import (
    attempts,
    callback_tries,
    callbacks,
    executors,
    recognition_parts,
    turns,
    work,
)

__all__ = [
    "accounts",
    "api_keys",
    "attempts",
    "audit_entries",
    "budget_charges",
    "budgets",
    "callback_tries",
    "callbacks",
    "caption_urls",
    "derivations",
    "drafts",
    "element_lists",
    "executors",
    "failed_logins",
    "guidelines",
    "initial_row",
    "job_events",
    "job_names",
    "jobs",
    "key_fingerprints",
    "login_failures",
    "mails",
    "media",
    "metadata",
    "passages",
    "passes",
    "person_links",
    "persons",
    "realignments",
    "recognition_parts",
    "recovery_codes",
    "renditions",
    "retention_policies",
    "review_decisions",
    "search_lists",
    "second_factors",
    "segment_saves",
    "sessions",
    "shares",
    "sign_in_steps",
    "span_recognitions",
    "tasks",
    "transcripts",
    "turns",
    "untrusted_proxies",
    "upgrades",
    "uploads",
    "web_sessions",
    "webhook_endpoints",
    "webhook_events",
    "webhook_secrets",
    "webhook_tries",
    "work",
]
