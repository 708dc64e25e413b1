"""What stands in a search box: whether there is anything in it that is searched for."""

from client.replica.search_words import match_query


def has_words(text: str) -> bool:
    """Whether a text has a letter or a digit; of signs alone (`%`) only names that hold them are found."""
    return bool(match_query(text))
