"""What this suite adds to pytest."""
