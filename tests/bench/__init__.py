"""Benchmarks: `python -m tests.bench <scenario> [--rows N] [--json]`. No figure is part of a test run: times move with the neighbours."""
