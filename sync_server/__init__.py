"""The centre: one ordered feed of changes, reconciled by one set of rules, shown to each user within their rights.

Never enters: `client`; the office is loaded by the name of its entry point. Calls go down: api, services, db.
"""
