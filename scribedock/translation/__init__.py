"""From one language to another: the engines and their models."""
