"""Which words share a caption and a line, by what breaks cost a reader; and when captions are shown."""
