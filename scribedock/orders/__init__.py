"""Orders: their options, notes and terms, the passes they take, and their callbacks."""
