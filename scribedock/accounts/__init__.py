"""Accounts: their tree, passwords, API keys and sessions, and the limits on failed logins."""
