"""The rules of broadcasters' guides for captions, and what in given captions breaks them."""
