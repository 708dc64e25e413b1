"""Values that follow an outside rule: fiscal codes, IBANs, phone numbers, e-mail addresses, web pages.

Checked by well-kept libraries, offline. What breaks a rule is a warning, since real data breaks rules; the person may keep it.
Everything that can be stored is stored as typed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import email_validator
import phonenumbers
import schwifty
from babel import Locale
from babel.numbers import list_currencies
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.ro import cui, onrc

from shared_models.folding import fold
from shared_models.texts import LANGUAGES

PHONES = ("phone", "mobile", "fax")
"""Kinds of contact points that are numbers."""
HOME = "RO"
"""Country whose rules hold where a record names none."""
CUI = r"[0-9]{2,10}"
"""Form of a Romanian fiscal code without its prefix; the last digit is the check digit."""
VAT_PREFIXES = ("EL", "XI")
"""What VAT numbers of Greece and Northern Ireland begin with, which are no codes of ISO 3166."""


@dataclass(frozen=True)
class Checked:
    """A value after its check. normalised: the form that is compared and sent; the typed one is what a person sees."""

    normalised: str
    warning: str | None = None
    """Text key of what looks wrong."""
    params: Mapping[str, str | int] = field(default_factory=dict)
    fix: str | None = None
    """A value that would be right, in the form in which a person writes it."""


def fiscal_code(text: str, country: str | None = None) -> Checked:
    """Check a fiscal code: the check digit of a Romanian CUI, with or without RO, or the form of an EU VAT number.

    Letters in front that are no country, or that no digit follows, are no prefix of a number: then it is said what is expected.
    Sources: `stdnum.ro.cui` (weights 7-5-3-2-1-7-5-3-2), `stdnum.eu.vat`.
    """
    compact = re.sub(r"[\s.\-/]", "", text).upper()
    prefix = compact[:2] if compact[:2].isalpha() else None
    if prefix and not country and not _begins_a_number(prefix, compact):
        return Checked(compact, "warning.fiscal_code.unknown")
    if (country or prefix or HOME) == "RO":
        digits = compact.removeprefix("RO")
        if not re.fullmatch(CUI, digits):
            return Checked(compact, "warning.fiscal_code.form")
        return Checked(compact) if cui.is_valid(digits) else Checked(compact, "warning.fiscal_code.check_digit")
    full = compact if prefix else f"{country}{compact}"
    try:
        vat.validate(full)
    except ValidationError:
        return Checked(full, "warning.fiscal_code.country", {"country": country or prefix or ""})
    return Checked(full)


def _begins_a_number(prefix: str, compact: str) -> bool:
    is_country = prefix in VAT_PREFIXES or prefix in dict(countries("en"))
    return is_country and any(char.isdigit() for char in compact)


def trade_register_no(text: str) -> Checked:
    """Check a Romanian trade register number, of the old form J40/372/2002 or of the new J2016012984401."""
    compact = re.sub(r"\s", "", text).upper()
    return Checked(compact) if onrc.is_valid(compact) else Checked(compact, "warning.trade_register_no")


def iban(text: str) -> Checked:
    """Check an IBAN by its country's form and modulo 97 (ISO 13616). fix: the same in groups of four."""
    found = schwifty.IBAN(text, allow_invalid=True)
    compact = str(found)
    if not found.is_valid:
        return Checked(compact, "warning.iban")
    return Checked(compact, fix=found.formatted if text.strip() not in (compact, found.formatted) else None)


def bank_of(text: str) -> tuple[str | None, str | None]:
    """Return (bank name, BIC) of a valid IBAN, as far as its country's register of banks is known."""
    found = schwifty.IBAN(text, allow_invalid=True)
    if not found.is_valid:
        return None, None
    return found.bank_name, str(found.bic) if found.bic else None


def phone(text: str, country: str | None = None) -> Checked:
    """Check a phone number as it is dialled in a country. normalised: E.164 where it is valid, else digits and plus only."""
    compact = re.sub(r"[^\d+]", "", text)
    try:
        number = phonenumbers.parse(text, country or HOME)
    except phonenumbers.NumberParseException:
        return Checked(compact or text.strip(), "warning.phone")
    if not phonenumbers.is_valid_number(number):
        return Checked(compact, "warning.phone")
    return Checked(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def number_kind(text: str, usual: str, country: str | None = None) -> str:
    """Return whether a number is a `mobile` or a `phone` by its country's plan; `usual` where that does not tell."""
    if usual not in ("phone", "mobile"):
        return usual
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(text, country or HOME))
    except phonenumbers.NumberParseException:
        return usual
    kinds = {phonenumbers.PhoneNumberType.MOBILE: "mobile", phonenumbers.PhoneNumberType.FIXED_LINE: "phone"}
    return kinds.get(kind, usual)


def email(text: str) -> Checked:
    """Check an e-mail address by its form; whether it exists is not asked. normalised: lower case throughout."""
    try:
        found = email_validator.validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except email_validator.EmailNotValidError:
        return Checked(text.strip().casefold(), "warning.email")
    return Checked(found.normalized.casefold())


def url(text: str) -> Checked:
    """Check a web address. normalised: lower-case host, without scheme, `www.` and a last slash."""
    bare = re.sub(r"^[a-z]+://", "", text.strip(), flags=re.IGNORECASE)
    host, slash, path = bare.partition("/")
    normalised = f"{host.casefold().removeprefix('www.')}{slash}{path}".rstrip("/")
    is_host = re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", host) is not None
    return Checked(normalised, None if is_host else "warning.url")


def contact_point_value(kind: str, text: str, country: str | None = None) -> Checked:
    """Check the value of a contact point by its kind."""
    if kind in PHONES:
        found = phone(text, country)
        return replace(found, warning="warning.phone_is_email") if found.warning and email(text).warning is None else found
    checks: dict[str, Callable[[str], Checked]] = {"email": email, "url": url}
    return checks[kind](text) if kind in checks else Checked(text.strip().casefold())


@cache
def currencies() -> tuple[str, ...]:
    """Return the codes of ISO 4217 that are or were in use."""
    return tuple(sorted(list_currencies()))


@cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return (ISO 3166 code, name) of all countries, by name in the reader's language."""
    names = Locale(language).territories
    return tuple(
        sorted(((code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()), key=lambda c: c[1])
    )


ALSO_CALLED = {
    "czech republic": "CZ", "great britain": "GB", "holland": "NL", "marea britanie": "GB", "olanda": "NL",
    "republica ceha": "CZ", "sua": "US", "turkey": "TR", "uk": "GB", "usa": "US",
}  # fmt: skip
"""Folded names by which people know a country, where its official one is another."""


@cache
def _country_names() -> Mapping[str, str]:
    """Return folded name -> code, for the names in all our languages."""
    return {**{fold(name): code for language in LANGUAGES for code, name in countries(language)}, **ALSO_CALLED}


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code of a country that was typed by its code or its name, in any of our languages."""
    code = text.strip().upper()
    return code if code in dict(countries("en")) else _country_names().get(fold(" ".join(text.split())))


def country_name(code: str, language: str) -> str:
    """Return the name of a country in the reader's language; the code itself where it has none."""
    return dict(countries(language)).get(code, code)


def currency(text: str) -> Checked:
    """Check a currency code of ISO 4217."""
    code = text.strip().upper()
    return Checked(code) if code in currencies() else Checked(code, "warning.currency")


def country(text: str) -> Checked:
    """Check a country code of ISO 3166."""
    code = text.strip().upper()
    return Checked(code) if code in dict(countries("en")) else Checked(code, "warning.country")
