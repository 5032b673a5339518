"""Sounds between speech: where they are, and their marks in an ElementList."""
