"""The calls of the API, a module for each topic: parameters in, an answer out."""
