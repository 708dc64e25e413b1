"""Which plural form a number takes. Source: CLDR 46, cardinal rules of English and Romanian."""


def plural_form(language: str, count: int) -> str:
    """Return `one`, `few` or `other`.

    Romanian: 1 firmă (one); 0, 2-19 and every number that ends in 01-19 (few): 3 firme; else with "de" (other): 20 de firme.
    """
    if abs(count) == 1:
        return "one"
    if language == "ro" and (count == 0 or 1 <= abs(count) % 100 <= 19):
        return "few"
    return "other"


def forms_of(language: str) -> tuple[str, ...]:
    """Return the forms that a plural text of the language must have."""
    return ("one", "few", "other") if language == "ro" else ("one", "other")
