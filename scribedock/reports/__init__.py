"""What is told about jobs afterwards: the audit log and the statistics."""
