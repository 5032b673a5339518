"""The use cases: adding media, ordering, translating, upleveling, deleting; retrying and resending.

A function for each, from the check of the request to the work that follows; none knows HTTP.
"""
