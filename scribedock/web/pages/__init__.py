"""The pages about signing in, which the server renders: a module for each group."""
