"""The command line: what an operator types. A module for each group of commands."""
