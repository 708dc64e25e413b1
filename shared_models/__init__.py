"""What both halves mean by a record, a change, a message and an error; defined here once.

Never enters: any package of ours, any third party but pydantic, files other than `texts`, the network, the time or chance.
"""
