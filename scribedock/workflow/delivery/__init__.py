"""Calls to customers: callbacks, and events that are posted."""
