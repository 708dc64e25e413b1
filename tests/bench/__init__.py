"""Benchmarks: `python -m tests.bench <scenario> [--rows N] [--json]`. Never part of a test run; times move with the neighbours."""
