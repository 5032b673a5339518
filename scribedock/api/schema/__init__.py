"""The parameters and answers of the calls, as models."""
