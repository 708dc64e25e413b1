"""Numbers and money as each language writes them: 1.204,50 in Romanian, 1,204.50 in English."""

from decimal import ROUND_HALF_EVEN, Decimal

NBSP = "\u00a0"
"""Keeps a number and its unit on one line."""
MINUS = "\u2212"
GROUP = {"en": ",", "ro": "."}
POINT = {"en": ".", "ro": ","}
EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
"""Decimals of the currencies that do not have two. Source: ISO 4217, list one."""


def number(language: str, value: int | Decimal, decimals: int = 0) -> str:
    """Return a number with grouped thousands and exactly so many decimals, rounded half to even."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    plain = f"{abs(rounded):,.{decimals}f}"
    marks = {",": GROUP[language], ".": POINT[language]}
    return (MINUS if rounded < 0 else "") + "".join(marks.get(letter, letter) for letter in plain)


def money(language: str, minor: int, currency: str) -> str:
    """Return an amount given in minor units, such as 28640 RON as `286,40 RON`; a whole amount has no decimals."""
    exponent = EXPONENTS.get(currency, 2)
    whole = minor % 10**exponent == 0
    return number(language, Decimal(minor).scaleb(-exponent), 0 if whole else exponent) + NBSP + currency
