"""Persons: who signs in to the web pages, with which role in which account, and for how long.

The tree of accounts stays that of the API's customers: an API session belongs to an account, a web session to
a person of an account.
"""
