"""Numbered migrations of the central database. Released ones are frozen; a new one is added beside them."""
