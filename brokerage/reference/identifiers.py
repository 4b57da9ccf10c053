"""What people type for a UAI, SIRET, telephone or e-mail, read without ever guessing.

A slip that the check digit proves harmless (a lost leading zero, a capital O for a zero) is repaired and said so.
Two swapped digits, a wrong letter or a number cut short are refused: nobody can know what was meant.
"""

import enum
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from rapidfuzz.distance import OSA
from stdnum.fr import siren as siren_rule
from stdnum.fr import siret as siret_rule
from stdnum.fr import tva as vat_rule

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_LOOKALIKES = str.maketrans("OILo", "0110")
_GLUE = re.compile(r"[\s.\-_/'’]+")
_UAI_INSIDE = re.compile(r"(?<![0-9A-Za-z])[0-9]{7} ?[A-HJ-NPR-Za-hj-np-z](?![0-9A-Za-z])")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)


class Status(enum.StrEnum):
    """How much of what was typed could be kept."""

    OK = "ok"
    NORMALIZED = "normalized"
    INVALID = "invalid"
    MISSING = "missing"


@dataclass(frozen=True)
class Checked:
    """An identifier after reading. `value` is None unless it may be stored; `issue` is a code for a person.

    `suggestion` is what was probably meant: to be shown and confirmed, never stored by itself.
    """

    value: str | None
    status: Status
    issue: str | None = None
    suggestion: str | None = None


_NOTHING = Checked(None, Status.MISSING)


def uai(text: str) -> Checked:
    """The eight characters of a school's code (répertoire académique et ministériel sur les établissements).

    The letter is 7 digits modulo 23 in an alphabet without I, O, Q. Lost leading zeros, spaces, lower case and
    O for 0 are repaired when the letter agrees; a missing letter is computed (issue `uai_letter_computed`:
    nothing proves those digits, have them confirmed). A text without any digit counts as missing.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    kept = _GLUE.sub("", typed).upper()
    if not any(c.isdigit() for c in kept):
        return _NOTHING
    value = _repaired_uai(kept) or uai_in(typed)
    if value:
        return Checked(value, Status.OK) if value == text else Checked(value, Status.NORMALIZED, "uai_normalized")
    if re.fullmatch("[0-9]{7}", kept):
        return Checked(kept + _uai_letter(kept), Status.NORMALIZED, "uai_letter_computed")
    return Checked(None, Status.INVALID, "uai_invalid")


def uai_in(text: str) -> str | None:
    """The one valid UAI standing somewhere in a text such as a name, None when there is none or several."""
    found = {m.replace(" ", "").upper() for m in _UAI_INSIDE.findall(text)}
    valid = {code for code in found if code[7] == _uai_letter(code[:7])}
    return valid.pop() if len(valid) == 1 else None


def _uai_letter(digits: str) -> str:
    return UAI_LETTERS[int(digits) % 23]


def _repaired_uai(kept: str) -> str | None:
    digits, letter = kept[:-1].translate(_LOOKALIKES).zfill(7), kept[-1]
    fits = len(kept) >= 6 and re.fullmatch("[0-9]{7}", digits) and _uai_letter(digits) == letter
    return digits + letter if fits else None


def siren(text: str) -> Checked:
    """The nine digits of a company (INSEE, Luhn key). Up to three lost leading zeros come back if the key agrees."""
    return _company_number(text, 9, siren_rule.is_valid, "siren")


def siret(text: str) -> Checked:
    """The fourteen digits of an establishment (INSEE): Luhn over 14 and over its SIREN.

    La Poste (SIREN 356000000) has its own rule: the sum of digits is a multiple of five. What a spreadsheet
    turned into 9,92562E+13 is lost for good and refused (`siret_scientific`).
    """
    return _company_number(text, 14, siret_rule.is_valid, "siret")


def _company_number(text: str, length: int, is_valid: Callable[[str], bool], name: str) -> Checked:
    typed = unicodedata.normalize("NFKC", text).strip()
    kept = _GLUE.sub("", typed)
    if not any(c.isdigit() for c in kept):
        return _NOTHING
    if _SCIENTIFIC.fullmatch(typed.replace(" ", "")):
        return Checked(None, Status.INVALID, f"{name}_scientific")
    if not re.fullmatch(f"[0-9]{{{length - 3},{length}}}", kept) or not is_valid(kept.zfill(length)):
        return Checked(None, Status.INVALID, f"{name}_invalid")
    if len(kept) < length:
        return Checked(kept.zfill(length), Status.NORMALIZED, f"{name}_leading_zero_lost")
    return Checked(kept, Status.OK if kept == typed else Status.NORMALIZED)


def vat(text: str) -> Checked:
    """A French VAT number: FR, two key characters, the SIREN (article 286 ter of the tax code; stdnum's rule)."""
    kept = _GLUE.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not kept:
        return _NOTHING
    if not re.fullmatch("FR[0-9A-Z]{2}[0-9]{9}", kept) or not vat_rule.is_valid(kept):
        return Checked(None, Status.INVALID, "vat_invalid")
    return Checked(kept, Status.OK if kept == text else Status.NORMALIZED)


def naf(text: str) -> Checked:
    """An activity code of NAF rév. 2 written 62.02A, whatever the dots and capitals typed. Form only."""
    kept = _GLUE.sub("", text).upper()
    if not kept:
        return _NOTHING
    found = re.fullmatch("([0-9]{2})([0-9]{2})([A-Z])", kept)
    return Checked("{}.{}{}".format(*found.groups()), Status.OK) if found else Checked(None, Status.INVALID, "naf_invalid")


def postcode(text: str) -> Checked:
    """Five digits kept as text; Excel's lost zero of the first nine départements comes back. Form only.

    « CEDEX » codes are real postcodes that no list of communes knows, so no list is asked.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    kept = re.sub(r"^F(?:RANCE)?[\s-]*|[\s.\-]+", "", typed, flags=re.IGNORECASE)
    if not any(c.isdigit() for c in kept):
        return _NOTHING
    if not re.fullmatch("[0-9]{4,5}", kept) or kept.zfill(5)[:2] in ("00", "96", "99"):
        return Checked(None, Status.INVALID, "postcode_invalid")
    if len(kept) == 4:
        return Checked("0" + kept, Status.NORMALIZED, "postcode_leading_zero_lost")
    return Checked(kept, Status.OK) if kept == typed else Checked(kept, Status.NORMALIZED, "postcode_normalized")


_BEFORE_TOWN = re.compile(r"^\s*(?:F\s*-\s*)?(?:[0-9]{2} ?[0-9]{3})?[\s,\-–]*", re.IGNORECASE)
_AFTER_TOWN = re.compile(
    r"\s*(?:\(.*|[,;]?\s*\bcedex\b.*|[\s\-,]+[0-9]{1,3}\s*(?:er|[eè]me|e)?(?:\s*arr\w*\.?)?|\s+\w*\s*arrondissement.*)\s*$", re.IGNORECASE
)
_SAINT = re.compile(r"\b(S)(t|te)\b\.?[\s-]+", re.IGNORECASE)


def town(text: str) -> str:
    """A town without what is not its name: postcode, CEDEX, arrondissement, parentheses; St and Ste in full.

    Capitals stay as typed (the register of communes has the official spelling). Empty stays empty.
    """
    kept = _BEFORE_TOWN.sub("", " ".join(unicodedata.normalize("NFC", text).split()), count=1)
    kept = _AFTER_TOWN.sub("", _AFTER_TOWN.sub("", kept))
    return _SAINT.sub(_saint_in_full, kept).strip(" ,;-–")


def _saint_in_full(found: re.Match[str]) -> str:
    full = "Sainte-" if found.group(2).lower() == "te" else "Saint-"
    return full.upper() if found.group(2).isupper() else full


# Numbers of the plan de numérotation (ARCEP) that belong to another country code; six and eight digits
# are local numbers of the Pacific and of Saint-Pierre-et-Miquelon.
_OVERSEAS = {"262": "262 263 269 692 693", "590": "590 690 691", "594": "594 694", "596": "596 696 697"}
_COUNTRY_OF = {start: country for country, starts in _OVERSEAS.items() for start in starts.split()}
_LOCAL = {"988": ("687", 6), "987": ("689", 8), "986": ("681", 6), "975": ("508", 6)}
_EXTENSION = re.compile(r"\b(?:poste|post|ext|extension|int)\b\s*[.:]?\s*[0-9]{1,6}\s*$|[#x]\s*[0-9]{1,6}\s*$", re.IGNORECASE)
_PHONE_LABEL = re.compile(r"[^\W\d]+\s*[.:]*|[.:()\[\]/\-–—‐‑\s]+")


def phone(text: str, department: str | None = None) -> str | None:
    """A telephone number in E.164, or None. See `phone_checked`, which also says why."""
    return phone_checked(text, department).value


def phone_checked(text: str, department: str | None = None) -> Checked:
    """A telephone number in E.164, with the country code its own digits call for (0262… is +262, not +33).

    Form is checked, not the library's table of ranges in use, which ages and refuses 06 39 98.
    `department` ("974", "988") only decides local numbers of six or eight digits and Mayotte's 0639.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    if not any(c.isdigit() for c in plain):
        return Checked(None, Status.MISSING if len(plain) < 3 else Status.INVALID, "phone_invalid" if len(plain) > 2 else None)
    short = _EXTENSION.sub("", plain)
    kept = _PHONE_LABEL.sub("", re.sub(r"\(\s*0\s*\)", "", short))
    value = _dialled(kept, department or "")
    if value is None:
        return Checked(None, Status.INVALID, "phone_invalid")
    if short != plain:
        return Checked(value, Status.NORMALIZED, "phone_extension")
    lost = len(kept) == 9 and kept[0] != "0" and kept.isdigit()
    return Checked(value, Status.NORMALIZED, "phone_leading_zero_lost" if lost else None)


def _dialled(kept: str, department: str) -> str | None:
    national = re.sub(r"^(?:\+|00)(33|262|590|594|596)0?(?=[1-9][0-9]{8}$)|^33(?=[1-9][0-9]{8}$)", "", kept)
    if re.fullmatch("0?[1-9][0-9]{8}", national):
        return _with_country(national[-9:], department)
    if department in _LOCAL and re.fullmatch(f"[0-9]{{{_LOCAL[department][1]}}}", kept):
        return f"+{_LOCAL[department][0]}{kept}"
    abroad = re.fullmatch(r"(?:\+|00)([1-9][0-9]{7,14})", kept)
    return _foreign("+" + abroad.group(1)) if abroad and not abroad.group(1).startswith("33") else None


def _with_country(digits: str, department: str) -> str:
    mayotte = department == "976" and digits.startswith("639") and not digits.startswith("63998")
    return f"+{'262' if mayotte else _COUNTRY_OF.get(digits[:3], '33')}{digits}"


def _foreign(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(parsed) else None


def is_mobile(number: str) -> bool:
    """Whether an E.164 number of France or overseas is a mobile one; False for other countries."""
    return bool(re.match(r"\+33[67]|\+262(?:69|639)|\+59[046]69", number))


_EMAIL_TRIM = " \t\r\n\u00a0;,.<>\"'()[]:"
_PLAIN_ADDRESS = re.compile(r"(?=.{1,64}@)\w+(?:[.+\-]\w+)*@(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.I | re.A)
_RESERVED = tuple(SPECIAL_USE_DOMAIN_NAMES)
_REAL_TLDS = {"com", "org", "net", "cam", "ong", "ngo", "new", "bet", "pet", "vet", "jet", "coop", "edu"}
_WELL_KNOWN = ("com", "org", "net")
_TYPO_TLDS = {"ft": "fr", "rf": "fr", "ffr": "fr", "frr": "fr", "fre": "fr", "f": "fr", "comm": "com"}


def email(text: str) -> Checked:
    """One e-mail address in lower case, by form only: no name server is asked, and .example is accepted.

    « mailto: », a display name before <…>, capitals and stray punctuation at the ends are taken off
    (`email_normalized`). A broken address is refused, with a suggestion when only one repair makes sense;
    an ending next to .com, .org, .net or .fr that does not exist is refused as `email_suspect_tld`.
    Letters with accents are refused: no French mailbox of this kind is known to receive.
    """
    typed = text.strip().lstrip("'")
    kept = _bare_address(unicodedata.normalize("NFKC", typed))
    if "@" not in kept and not re.search(r"\bat\b|arobase|[\w.-]+\.[a-z]{2,}$", kept, re.IGNORECASE):
        return _NOTHING if len(kept) < 4 or " " in kept or not kept else Checked(None, Status.INVALID, "email_invalid")
    valid = _accepted(kept)
    if valid is None:
        return Checked(None, Status.INVALID, "email_invalid", _repaired_email(kept))
    better = _likely_domain(valid)
    if better:
        return Checked(None, Status.INVALID, "email_suspect_tld", better)
    return Checked(valid, Status.OK) if valid == typed else Checked(valid, Status.NORMALIZED, "email_normalized")


def _bare_address(text: str) -> str:
    inside = re.search(r"<([^<>]*@[^<>]*)>", text)
    kept = (inside.group(1) if inside else text).strip(_EMAIL_TRIM)
    return re.sub(r"^mailto\s*:\s*", "", kept, flags=re.IGNORECASE).strip(_EMAIL_TRIM)


def _accepted(address: str) -> str | None:
    if not address.isascii() or len(address) > 254 or "[" in address:
        return None
    plain = "--" not in address and _PLAIN_ADDRESS.fullmatch(address)
    return address.lower() if plain and not address.lower().endswith(_RESERVED) else _validated(address)


@lru_cache(maxsize=8192)
def _validated(address: str) -> str | None:
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError:
        return None


def _likely_domain(address: str) -> str | None:
    start, _, ending = address.rpartition(".")
    meant = _TYPO_TLDS.get(ending)
    if not meant and len(ending) == 3 and ending not in _REAL_TLDS:
        meant = next((known for known in _WELL_KNOWN if OSA.distance(ending, known) == 1), None)
    return f"{start}.{meant}" if meant else None


def _repaired_email(address: str) -> str | None:
    joined = re.sub(r"\s*(?:\[at\]|\(at\)|\bat\b|arobase|@+)\s*", "@", address, flags=re.IGNORECASE)
    joined = re.sub(r"\s*\.\s*", ".", joined).replace(".@", "@").replace(",", ".")
    valid = _accepted(re.sub(r"\.{2,}", ".", joined))
    return _likely_domain(valid) or valid if valid else None
