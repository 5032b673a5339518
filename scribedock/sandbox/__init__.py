"""What a sandbox answers with instead of doing work."""
