"""The CRM on a device: screens and work on a local replica, and its synchronisation.

Never enters: `sync_server`. Calls go down (ui, usecases, sync, replica and platform); news goes up as events.
"""
