"""Fetching strangers' URLs, without becoming their way into the network."""
