"""Real servers, real devices and a network that fails in every way, for as long as one likes: `python -m tests.soak --help`."""
