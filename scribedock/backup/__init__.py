"""Backup of a running server's data folder, and its restoration.

It knows SQLite, and recordings in a folder or a bucket. PostgreSQL has tools of its own, see
`docs/backup.md`.
"""
