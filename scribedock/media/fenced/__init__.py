"""What runs in the fenced child alone: it reads hostile media with FFmpeg's libraries."""
