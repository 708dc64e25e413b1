"""The local database: records, change log, cursors. The only SQL of the client.

Never enters: Flet, the network, the operating system's services, a decision about a conflict.
"""
