"""Names of people as they are typed in one cell: who is there, in which order, with which civility."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from brokerage.reference.first_names import FIRST_NAMES
from brokerage.reference.folding import folded
from brokerage.transfer.mapping.wording import is_role

_MADAM = re.compile(r"(?:mme|mrs|madame|melle|mlle|mademoiselle|mmes)\b\.?\s*", re.IGNORECASE)
_SIR = re.compile(r"(?:monsieur|mr|messieurs|mm)\b\.?\s*|M\s*\.\s*(?=\w)|M\s+(?=[A-ZÀ-Ý])", re.IGNORECASE)
_DEGREE = re.compile(r"(?:dr|docteur|pr|professeure?|prof|me|maître)\b\.?\s+", re.IGNORECASE)
_BRACKET = re.compile(r"\(((?:[^()]|\([^()]*\))*)\)?")
_PARTICLES = frozenset(
    "le la les de du des d l da das do dos di del della van von der den el al ould ait ben bel abou st saint sainte mc mac san ter".split()
)
_INITIAL = re.compile(r"[A-ZÀ-Ý]\.?(?:-[A-ZÀ-Ý]\.?)?|[A-ZÀ-Ý]\.[A-ZÀ-Ý]\.?|(?:Ch|Ph|Th|Fr|Cl|Gh)\.(?:-[A-ZÀ-Ý]\.?)?")
_SEPARATORS = tuple(
    re.compile(separator)
    for separator in (
        r"\n+",
        r"\s*;\s*",
        r"\s*\|\s*",
        r"\s+/\s+|\s*//\s*",
        r"\s*/\s*",
        r"\s+&\s+",
        r"\s+\+\s+",
        r"\s+et\s+",
        r"\s*,\s*",
        r"\s+[-–—]\s+",
    )
)
_NOBODY = re.compile(
    r"n ?c|neant|inconnue?|vacante?|personne|aucune?|sans|en cours.*|poste vacant|x*|idem|"
    r"a (?:definir|pourvoir|completer|demander|voir|trouver|confirmer|preciser|identifier|designer|renseigner|recruter)(?: \w+)*"
)
_COUPLE = re.compile(r"(m|mr|monsieur|mme|madame)\b\.? *(?:et|&|/) *(m|mr|monsieur|mme|madame)\b\.? +(.+)", re.IGNORECASE)
_SEVERAL_TITLED = re.compile(r"(mmes|mesdames|mm|messieurs)\b\.? +(.+)", re.IGNORECASE)
_ANY_SEPARATOR = re.compile(r"[\n;|/&+,]|\bet\b|\s[-–—]\s")


@dataclass(frozen=True)
class Named:
    """One person found in a cell; `role` is what stood in brackets or behind a dash."""

    civility: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = ""


def people_in(text: str) -> list[Named]:
    """The persons a cell names, in order; several only when every part reads as a person.

    « M. R. KAYA (DDFPT) / Mme Mei ÖZTÜRK (CPE) » is two; « VP formation et vie universitaire » in brackets is not
    cut. A part that is a function (« proviseur adjoint ») goes to the person before it.
    """
    if _NOBODY.fullmatch(folded(text)):
        return []
    if shared := _COUPLE.fullmatch(text.strip()):
        last = proper(shared.group(3))
        return [Named(civility_of(shared.group(1)), "", last), Named(civility_of(shared.group(2)), "", last)]
    found: list[Named] = []
    for part in _titled_parts(text) or split_outside_brackets(text):
        person = person_of(part)
        if found and (not person.last_name or (is_role(_BRACKET.sub(" ", part)) and not _titled(part))):
            found[-1] = _with_role(found[-1], person.role or part)
        elif person.last_name or person.role:
            found.append(person)
    return found


def _titled_parts(text: str) -> list[str]:
    """« Mmes Petit et Rey » as « Mme Petit » and « Mme Rey »."""
    found = _SEVERAL_TITLED.fullmatch(text.strip())
    if not found:
        return []
    civility = "Mme" if found.group(1).lower() in ("mmes", "mesdames") else "M."
    return [f"{civility} {part.strip()}" for part in re.split(r",|\bet\b|&|/|\n", found.group(2)) if part.strip()]


def split_outside_brackets(text: str) -> list[str]:
    """The parts of a cell that names several persons, cut at the first separator that makes sense of all."""
    if not _ANY_SEPARATOR.search(text):
        return [text.strip()] if text.strip() else []
    shielded, held = _shield(text.strip())
    for separator in _SEPARATORS:
        parts = [part.strip(" ,;/-\t\n") for part in separator.split(shielded)]
        parts = [part for part in parts if part]
        if len(parts) > 1 and _all_people(parts, separator.pattern):
            return [again for part in parts for again in split_outside_brackets(_unshield(part, held))]
    return [text.strip()] if text.strip() else []


def _shield(text: str) -> tuple[str, list[str]]:
    held: list[str] = []

    def keep(found: re.Match[str]) -> str:
        held.append(found.group())
        return f"\ue000{len(held) - 1}\ue001"

    return _BRACKET.sub(keep, text), held


def _unshield(text: str, held: list[str]) -> str:
    return re.sub("\ue000([0-9]+)\ue001", lambda found: held[int(found.group(1))], text)


def _all_people(parts: list[str], separator: str) -> bool:
    bare = [re.sub("\ue000[0-9]+\ue001", "", part).strip() for part in parts]
    if separator == r"\n+":
        return bool(bare[0]) and any(_may_be_person(part) for part in bare)
    if separator in (r"\s*,\s*", r"\s+et\s+", r"\s*/\s*", r"\s+[-–—]\s+") and not all(_titled(part) or " " in part for part in bare):
        return separator != r"\s*,\s*" and any(is_role(part) for part in bare[1:]) and _may_be_person(bare[0])
    return _may_be_person(bare[0]) and all(_may_be_person(part) or is_role(part) for part in bare)


def _may_be_person(text: str) -> bool:
    return bool(_titled(text)) or (
        not is_role(text) and not any(c.isdigit() for c in text) and 1 <= len(text.split()) <= 6 and text[:1].isupper()
    )


def _titled(text: str) -> re.Match[str] | None:
    return _MADAM.match(text) or _SIR.match(text)


def _with_role(person: Named, role: str) -> Named:
    joined = f"{person.role}, {role.strip('() ')}" if person.role else role.strip("() ")
    return Named(person.civility, person.first_name, person.last_name, joined)


def person_of(text: str) -> Named:
    """The one person of a text. Where nothing shows the order, the first word is the first name."""
    brackets = " ".join(found.strip() for found in _BRACKET.findall(text))
    bare = " ".join(_BRACKET.sub(" ", text).split()).strip(" ,;:/")
    civility, name = _civility(bare)
    before = re.fullmatch(r"([^:]+?)\s*:\s+(.+)", bare)
    if before and is_role(before.group(1)) and not civility:
        return _with_role(person_of(before.group(2)), before.group(1))
    if is_role(name) and (not civility or name.lower().startswith(("le ", "la "))) and not _is_name_like_role(name):
        return Named(role=", ".join(filter(None, (name.removeprefix("le ").removeprefix("la "), brackets))))
    dashed = re.fullmatch(r"(.+?)\s*(?:\s[-–—]\s|[:,]\s)\s*(.+)", name)
    if dashed and is_role(dashed.group(2)):
        name, brackets = dashed.group(1), brackets or dashed.group(2)
    if not civility and brackets:
        civility, brackets = _civility_alone(brackets)
    first, last = first_and_last(name, bool(civility))
    return Named(civility, first, last, brackets)


def _is_name_like_role(text: str) -> bool:
    """« Paul DOYEN » bears a name that is also a function."""
    words = text.split()
    return len(words) == 2 and any(_is_first_name(word) for word in words)


def _civility(text: str) -> tuple[str, str]:
    if found := _MADAM.match(text):
        return "Mme", _without_degree(text[found.end() :])
    if found := _SIR.match(text):
        return "M.", _without_degree(text[found.end() :])
    return "", _without_degree(text)


def _without_degree(text: str) -> str:
    found = _DEGREE.match(text)
    return text[found.end() :] if found else text


def _civility_alone(text: str) -> tuple[str, str]:
    civility, rest = _civility(text)
    return (civility, "") if civility and not rest else ("", text)


def civility_of(text: str) -> str:
    """« Mme », « M. » or "" for the content of a column of civilities."""
    words = folded(text)
    if words in ("f", "femme", "mme", "madame", "mlle", "mademoiselle", "melle", "feminin"):
        return "Mme"
    return "M." if words in ("m", "h", "homme", "mr", "monsieur", "masculin") else ""


def first_and_last(name: str, titled: bool = False) -> tuple[str, str]:
    """First and last name of a text without civility; `titled` says that one stood before it."""
    if re.fullmatch(r"[^,]+,[^,]+", name):
        last, first = (part.strip() for part in name.split(","))
        return first, proper(last)
    words = name.split()
    if len(words) < 2:
        return "", proper(name)
    capitals = [word for word in words if _is_capitals(word)]
    if capitals and len(capitals) < len(words):
        split = _by_capitals(words)
        if split:
            return split
    return _by_lists(words, titled)


def _is_capitals(word: str) -> bool:
    return word.isupper() and not _INITIAL.fullmatch(word)


def _by_capitals(words: list[str]) -> tuple[str, str] | None:
    """« Marie DE LA TOUR », « DA SILVA Gwenaël », « Anne de La TOUR »: the last name is in capitals."""
    at = [place for place, word in enumerate(words) if _is_capitals(word)]
    start, end = at[0], at[-1] + 1
    while start > 0 and folded(words[start - 1]) in _PARTICLES and words[start - 1][0].islower():
        start -= 1
    while start > 1 and folded(words[start - 1]) in _PARTICLES:
        start -= 1
    first = words[:start] + words[end:]
    return (" ".join(first), proper(" ".join(words[start:end]))) if first else None


def _by_lists(words: list[str], titled: bool) -> tuple[str, str]:
    if _INITIAL.fullmatch(words[0]):
        return words[0], proper(" ".join(words[1:]))
    if _INITIAL.fullmatch(words[-1]):
        return words[-1], proper(" ".join(words[:-1]))
    known = [_is_first_name(word) for word in words]
    if titled and folded(words[0]) in _PARTICLES:
        return "", proper(" ".join(words))
    if known[-1] and not known[0]:
        return proper(words[-1]), proper(" ".join(words[:-1]))
    if folded(words[0]) in _PARTICLES and not known[0]:
        return "", proper(" ".join(words))
    count = 2 if len(words) > 2 and known[0] and known[1] else 1
    return proper(" ".join(words[:count])), proper(" ".join(words[count:]))


def last_names_first(header: str, texts: Sequence[str]) -> bool:
    """Whether a column of full names puts the last name first: its header says so, or those of its names that tell do."""
    if re.match(r"noms? (?:et )?prenoms?\b", folded(header)):
        return True
    known = [[_is_first_name(word) for word in words] for text in texts if len(words := text.split()) == 2]
    return known.count([False, True]) > 2 * known.count([True, False])


def turned(person: Named) -> Named:
    """The other way round, unless capitals, a list or a comma have told already."""
    words = (person.first_name, person.last_name)
    doubtful = all(word and " " not in word and not word.isupper() for word in words) and not any(map(_is_first_name, words))
    return replace(person, first_name=words[1], last_name=words[0]) if doubtful and not _INITIAL.fullmatch(words[0]) else person


def _is_first_name(word: str) -> bool:
    return "'" not in word and "’" not in word and all(part in FIRST_NAMES for part in folded(word).split())


def proper(name: str) -> str:
    """A name typed in capitals as one writes it: « D'HAUTEVILLE » D'Hauteville, « DE LA TOUR » de La Tour."""
    if not (name.isupper() or name.islower()) or _INITIAL.fullmatch(name):
        return name.strip(" ,;")
    written = re.sub(r"[^\W\d_]+", lambda found: found.group().capitalize(), name.strip(" ,;."))
    return re.sub(r"^De (?=La |L')", "de ", written)
