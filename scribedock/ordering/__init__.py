"""What customers ask of a job: its media, an order, translations, a second pass, its deletion.

A function for each, from the check of what was asked to the work that follows; none knows HTTP.
"""
