"""The interface in a real browser: Chromium over Flutter's semantics."""
