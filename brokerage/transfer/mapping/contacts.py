"""The people of one row: names, functions, e-mails and telephones that belong together."""

import re
from dataclasses import replace

from brokerage.reference.folding import folded
from brokerage.reference.identifiers import Checked, Status, email, is_mobile, phone_checked
from brokerage.transfer.mapping.cells import Cells
from brokerage.transfer.mapping.parsed import Person
from brokerage.transfer.mapping.people import Named, civility_of, first_and_last, people_in, proper, turned
from brokerage.transfer.mapping.wording import role_code

_LIST = re.compile(r"[\n;|]+|\s+/\s+|,\s+|\s+(?:et|ou|&)\s+")
_LABEL = re.compile(r"(?:\(.*\)|[\w.-]+\s*:|e?-?mails?|m[ée]l|courriel|perso|pro|adresse|-|–|:|\W*)", re.IGNORECASE)
_INSIDE_EMAIL = re.compile(r"(?<![\w.+\-@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?![\w@])")
_ADDRESS_LIKE = re.compile(r"\S*@\S*")
_TAGS_LEFT = re.compile(r"(?i)\b(?:t[ée]l(?:[ée]phone)?|port(?:able)?|mob(?:ile)?|fixe|e-?mail|mail|m[ée]l|courriel)\s*\.?\s*:?\s*(?=\n|$)")
_LABELS = re.compile(r"(?i)\b(?:t[ée]l(?:[ée]phone)?|port(?:able)?|mobile?|fixe|e-?mail|mail|m[ée]l|courriel|standard)\b\s*\.?\s*:?")
_INSIDE_PHONE = re.compile(r"(?<!\d)(?:\+|00)?\d(?:[\s.\-/]?\(?\d\)?){8,13}(?!\d)")
_EMPTY_BRACKETS = re.compile(r"[<(]\s*[>)]")


def contacts_of(cells: Cells, department: str | None, corporate: bool) -> tuple[Person, ...]:
    """Everybody the row names, the first being the main contact; nobody when the row has no person, mail or number.

    Several people in one cell are told apart and get the function, mail and number in the same place of their
    own cells. Numbers without a name join the first person.
    """
    found: list[Person] = []
    for whose, columns in cells.columns.by_person.items():
        texts = {field: text for field, at in columns.items() if (text := cells.cell(at))}
        backwards = columns.get("contact") in cells.columns.backwards
        for person in _group(texts, cells, department, backwards):
            role = person.role or ("" if not whose or whose[0].isdigit() or not person.last_name else _header_role(cells, whose))
            found.append(replace(person, role=role, role_code=role_code(role, corporate)))
    return tuple(_joined(found))


def _header_role(cells: Cells, whose: str) -> str:
    """« Proviseur » above a column of names is the function of those below."""
    at = cells.columns.by_person[whose].get("contact", cells.columns.by_person[whose].get("last_name", -1))
    return re.sub(r"(?i)\b(?:nom|pr[ée]nom|et|du|de la|de|contact|-|:)\b|[():/]", " ", cells.columns.headers.get(at, "")).strip()


def _group(texts: dict[str, str], cells: Cells, department: str | None, backwards: bool) -> list[Person]:
    texts = _rescued(_unpacked(texts), cells)
    people = [turned(person) if backwards and _plain(person, texts) else person for person in _people(texts)]
    if len(people) > 1:
        cells.note("two_contacts_one_cell")
    roles = _roles(texts.get("role", ""), len(people))
    emails = _emails(texts.get("email", ""), cells)
    numbers = [_phones(texts.get(field, ""), department, cells) for field in ("phone", "mobile")]
    if not people and not any(found.value for found in (*emails, *numbers[0], *numbers[1])):
        return []
    return _put_together(people or [Named()], roles, emails, numbers)


def _rescued(texts: dict[str, str], cells: Cells) -> dict[str, str]:
    """Moves a mail or a number typed among names, or one in the other's column, to where it belongs."""
    texts = dict(texts)
    for source in ("contact", "phone", "mobile", "role"):
        if "@" in texts.get(source, ""):
            _move(texts, source, "email", _INSIDE_EMAIL.findall(texts[source]))
            cells.note("email_elsewhere")
    for source in ("contact", "email"):
        if any(c.isdigit() for c in texts.get(source, "")):
            _move(texts, source, "phone", _INSIDE_PHONE.findall(_ADDRESS_LIKE.sub(" ", texts[source])))
    return texts


def _unpacked(texts: dict[str, str]) -> dict[str, str]:
    """A whole person in the column of the mails: name, function, number and address in one cell."""
    if "@" not in texts.get("email", "") or texts.keys() & {"contact", "last_name", "first_name"}:
        return texts
    words = _LABELS.sub(" ", _INSIDE_PHONE.sub("\n", _ADDRESS_LIKE.sub("\n", texts["email"])))
    lines = [line.strip(" ,;:–-/") for line in words.split("\n")]
    told = "\n".join(line for line in lines if any(c.isalpha() for c in line))
    named = people_in(told)
    if not named or not named[0].last_name or not (named[0].civility or named[0].first_name):
        return texts
    return {field: text for field, text in texts.items() if field != "email"} | {"contact": texts["email"]}


def _move(texts: dict[str, str], source: str, to: str, found: list[str]) -> None:
    for piece in found:
        texts[source] = texts[source].replace(piece, "\n", 1)
    if found:
        texts[source] = _EMPTY_BRACKETS.sub("", _TAGS_LEFT.sub("", texts[source])).strip(" -–:,;/\n")
        texts[to] = "\n".join(filter(None, (texts.get(to, ""), *(piece.strip() for piece in found))))


def _people(texts: dict[str, str]) -> list[Named]:
    if "last_name" in texts or ("first_name" in texts and "contact" not in texts):
        return _from_two_columns(texts)
    found = people_in(texts.get("contact", ""))
    if len(found) == 1 and ("first_name" in texts or "civility" in texts):
        found[0] = replace(
            found[0],
            civility=found[0].civility or civility_of(texts.get("civility", "")),
            first_name=texts.get("first_name") or found[0].first_name,
            last_name=proper(texts["contact"]) if "first_name" in texts and not found[0].civility else found[0].last_name,
        )
    return found


def _from_two_columns(texts: dict[str, str]) -> list[Named]:
    lasts = _parts(texts.get("last_name", ""))
    firsts = _parts(texts.get("first_name", ""))
    civilities = _parts(texts.get("civility", ""))
    if len(lasts) <= 1 or (len(firsts) > 1 and len(firsts) != len(lasts)):
        lasts, firsts = [texts.get("last_name", "")], [texts.get("first_name", "")]
        civilities = [texts.get("civility", "")]
    return [_one_of_two_columns(last, _at(firsts, place), _at(civilities, place)) for place, last in enumerate(lasts)]


def _one_of_two_columns(last: str, first: str, civility: str) -> Named:
    known = people_in(last)
    if known and known[0].civility:
        typed = re.sub(r"^\S+\s+", "", last)
        split = first_and_last(typed, True) if not first else (first, proper(typed))
        return Named(civility_of(civility) or known[0].civility, proper(split[0]), split[1], known[0].role)
    return Named(civility_of(civility), proper(first), proper(last))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n|\s+/\s+|;|\s+et\s+|\s+&\s+|/", text) if part.strip()]


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _plain(person: Named, texts: dict[str, str]) -> bool:
    """Whether the name stands in the cell as it was read, in lower case: capitals tell by themselves."""
    return f"{person.first_name} {person.last_name}" in texts.get("contact", "")


def _roles(text: str, count: int) -> list[str]:
    if count <= 1:
        return [" ".join(text.split())]
    for separator in (r"\n+", r"\s*;\s*", r"\s+/\s+", r"\s*\|\s*", r"\s*/\s*", r",\s*", r"\s+et\s+"):
        parts = [part.strip() for part in re.split(separator, text) if part.strip()]
        if len(parts) == count:
            return parts
    return [text.strip()] * count if text.strip() else []


def _emails(text: str, cells: Cells) -> list[Checked]:
    """The addresses of a cell, broken ones in their places. A cell that cuts into nothing valid is one broken one."""
    if not text:
        return []
    whole = email(text)
    single = text.count("@") < 2 and (whole.value or whole.issue == "email_suspect_tld")
    found = [whole] if single else _several_emails(text) or [whole]
    for checked in found:
        cells.note(checked.issue, checked.suggestion or "")
    return [checked for checked in found if checked.status is not Status.MISSING]


def _several_emails(text: str) -> list[Checked]:
    parts = [_without_label(part) for part in _LIST.split(text) if "@" in part or len(part.strip()) > 3]
    return [email(part) for part in _split_tight(parts)] if any("@" in part for part in parts) else []


def _split_tight(parts: list[str]) -> list[str]:
    """« a@x.fr,b@y.fr » and « a@x.fr b@y.fr » are two as well."""
    cut: list[str] = []
    for part in parts:
        pieces = re.split(r"[,/\s]+", part)
        cut += pieces if len(pieces) > 1 and all(re.fullmatch(r"\S+@\S+\.\S+", piece) for piece in pieces) else [part]
    return cut


def _without_label(part: str) -> str:
    """« Mail : x@y.fr (perso) » without what is plainly not the address; anything else stays and is refused."""
    words = part.split()
    holding = [word for word in words if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", word)]
    others = [word for word in words if word not in holding]
    if len(holding) == 1 and others and all(_LABEL.fullmatch(word) for word in others):
        return holding[0]
    return part


def _phones(text: str, department: str | None, cells: Cells) -> list[Checked]:
    if not text:
        return []
    whole = phone_checked(text, department)
    found = [whole] if whole.value else _several_phones(text, department) or [whole]
    for checked in found:
        cells.note(checked.issue)
    return [checked for checked in found if checked.status is not Status.MISSING]


def _several_phones(text: str, department: str | None) -> list[Checked]:
    for separator in (r"[\n;|,]+|\s+/\s+|\s+(?:ou|et|puis|-|–)\s+|//", r"\s*/\s*"):
        parts = [part for part in re.split(separator, text) if sum(c.isdigit() for c in part) >= 6]
        found = [phone_checked(part, department) for part in parts]
        if len(parts) > 1 and any(checked.value for checked in found):
            return found
        if len(parts) == 1 and found[0].value:
            return found
    run = re.sub(r"\D", "", text)
    if len(run) == 20 and run[0] == run[10] == "0":
        return [phone_checked(run[:10], department), phone_checked(run[10:], department)]
    return []


def _put_together(people: list[Named], roles: list[str], emails: list[Checked], numbers: list[list[Checked]]) -> list[Person]:
    addresses = _matched([person.last_name for person in people], emails)
    found = []
    for place, person in enumerate(people):
        phones = [number.value for number in _share(numbers[0], place, len(people))]
        mobiles = [number.value for number in _share(numbers[1], place, len(people))]
        phone, mobile = _two_slots([n for n in phones if n], [n for n in mobiles if n])
        role = person.role or _at(roles, place)
        found.append(Person(person.civility, person.first_name, person.last_name, role, "other", addresses[place], phone, mobile))
    left = [mail.value for mail in emails if mail.value and mail.value not in addresses]
    return found + [Person(email=address) for address in left]


def _matched(names: list[str], emails: list[Checked]) -> list[str | None]:
    """One address for each person: place by place when there are as many, else by the name in the address."""
    if len(emails) == len(names):
        return [mail.value for mail in emails]
    chosen: list[str | None] = [None] * len(names)
    left = [mail.value for mail in emails if mail.value]
    for place, name in enumerate(names):
        fit = next((address for address in left if _is_of(address, name)), None)
        if fit:
            chosen[place] = fit
            left.remove(fit)
    for place in range(len(names)):
        if chosen[place] is None and left and (len(names) == 1 or len(left) >= chosen.count(None)):
            chosen[place] = left.pop(0)
    return chosen


def _is_of(address: str, name: str) -> bool:
    key = folded(name).replace(" ", "")
    return len(key) > 1 and key in re.sub("[^a-z]", "", address.split("@")[0])


def _share(numbers: list[Checked], place: int, count: int) -> list[Checked]:
    if count == 1:
        return numbers
    if len(numbers) >= count:
        return numbers[place::count]
    return numbers[place : place + 1]


def _two_slots(phones: list[str], mobiles: list[str]) -> tuple[str | None, str | None]:
    """A second number under « Tél. » goes to the free place of the portable one, and the other way round."""
    phone = phones[0] if phones else None
    mobile = mobiles[0] if mobiles else None
    spare = [*phones[1:], *mobiles[1:]]
    if mobile and not phone and not is_mobile(mobile):
        phone, mobile = mobile, None
    if spare and not mobile:
        mobile = next((number for number in spare if is_mobile(number)), spare[0])
    elif spare and not phone:
        phone = spare[0]
    return phone, mobile


def _joined(people: list[Person]) -> list[Person]:
    """Numbers that came without name or mail join the first person; the same person twice is once."""
    kept: list[Person] = []
    for person in people:
        bare = not person.last_name and not person.first_name and not person.email
        if bare and kept:
            kept[0] = _with_numbers(kept[0], [n for n in (person.phone, person.mobile) if n])
        elif person not in kept:
            kept.append(person)
    return kept


def _with_numbers(person: Person, numbers: list[str]) -> Person:
    for number in numbers:
        if person.phone is None:
            person = replace(person, phone=number)
        elif person.mobile is None and number != person.phone:
            person = replace(person, mobile=number)
    return person
