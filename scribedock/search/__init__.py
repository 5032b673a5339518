"""Search over the words of jobs' ElementLists."""
