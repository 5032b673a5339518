"""Steps that workflows share, and how they are tried again."""
