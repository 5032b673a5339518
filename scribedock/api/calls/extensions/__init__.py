"""Calls that the vendor's API does not have: what an editor and a list of jobs need besides."""
