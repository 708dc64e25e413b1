"""The rules that make two versions of one record into one, as pure functions.

Never enters: a clock, randomness, files, the network, or any package of ours but `shared_models`.
"""
