"""Commands about what is kept, for how long, and by whom it may be used."""
