"""Captions rendered in processes of their own, and cached."""
