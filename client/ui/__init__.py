"""What a person sees: view models, layouts and views.

Never enters: SQL, the network, the operating system, or a rule of the business; those are use cases.
"""
