"""The use cases of customers: adding media, ordering, translating, upleveling, deleting a job.

A function for each, from the check of the request to the work that follows; none knows HTTP.
"""
