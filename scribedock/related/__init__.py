"""Jobs that are made from another job's ElementList: translations and second passes."""
