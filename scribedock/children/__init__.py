"""Child processes that do what may be slow, and the turns in which accounts get them."""
