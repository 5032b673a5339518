"""The speech recognizers, a module for each, and their models."""
