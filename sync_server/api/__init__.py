"""Routes: parse a request, call one service, answer.

Never enters: SQL, or a rule of the business; those are services.
"""
