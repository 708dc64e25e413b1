"""What a person can do, one verb a module.

Never enters: Flet or any other control, SQL, HTTP.
"""
