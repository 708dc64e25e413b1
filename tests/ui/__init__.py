"""Tests of the interface over a fake facade: in process, and as a gallery for the eye."""
