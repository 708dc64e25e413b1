"""What the server does, as synchronous functions over a connection that is passed in.

Never enters: Litestar, SQLAlchemy, a clock or a random source of its own.
"""
