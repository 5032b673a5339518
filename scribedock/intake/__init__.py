"""Taking in the recordings that appear in a folder: each exactly once, whatever is interrupted."""
