"""The speech recognizers, a module for each, and the models that they take."""
