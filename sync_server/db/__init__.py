"""The central database: tables, migrations and statements. The only SQL of the server.

Never enters: Litestar, and any decision that a service takes.
"""
