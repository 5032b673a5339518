"""Reports about jobs: the audit log and the statistics."""
