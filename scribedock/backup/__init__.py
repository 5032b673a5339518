"""Backup of a running server's data folder, and its restoration.

It knows SQLite and recordings in a folder; PostgreSQL and object stores have tools of their own, see
`docs/backup.md`.
"""
