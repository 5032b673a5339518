"""Passes by people over a job's ElementList."""
