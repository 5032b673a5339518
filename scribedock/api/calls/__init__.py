"""The calls of the API, a module for each kind: parameters in, an answer out."""
