"""What both halves mean by a record, a change, a message and an error; defined here once.

Never enters: any package of ours, files other than `texts`, the network, the time or chance; any third party but pydantic,
and in `values_*` the libraries that know the rules of the world (tax numbers, banks, phones).
"""
