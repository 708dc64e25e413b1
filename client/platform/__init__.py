"""What the operating system offers: notifications, connectivity, secrets. The only plyer of the client.

Never enters: Flet, SQL, records.
"""
