"""The proof: unit tests mirror the sources; the other folders say what they prove by their names."""
