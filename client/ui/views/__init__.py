"""Thin components: each joins one view model with one layout, and turns what a person does into intentions."""
