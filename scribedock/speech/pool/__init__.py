"""Recognizer processes: the child, the parent's end of it, and the queue before them."""
