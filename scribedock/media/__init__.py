"""Recordings that strangers send: probed, decoded and converted, behind a fence."""
