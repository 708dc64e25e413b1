"""The conversation with the server: push, pull, verify, and when to hold it.

Never enters: Flet, SQL; and httpx only in `http_transport`.
"""
