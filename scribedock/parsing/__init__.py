"""Parsing of large bodies from strangers, in processes of its own."""
