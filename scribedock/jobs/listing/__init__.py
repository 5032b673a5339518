"""Finding jobs: by what they must have, by the beginning of their id, those that are late."""
