"""Webhooks: where accounts want events to be posted, and the events that wait for it."""
