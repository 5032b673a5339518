"""The transcription of a recording, its parts by any worker."""
