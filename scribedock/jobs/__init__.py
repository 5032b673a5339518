"""Jobs: their tasks, states, media, transcripts and ElementLists, and what is deleted with them."""
