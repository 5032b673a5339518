"""Captions made in processes of their own, and kept."""
