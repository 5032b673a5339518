"""Jobs that are made of another job's ElementList: translations and second passes."""
