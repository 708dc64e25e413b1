"""The screens as plain functions: immutable state and callbacks in, controls out. No reads, no writes, no waiting."""
