"""A letter before it is posted: to whom, why, and what it says. Its words live in templates/mail, one file each."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from brokerage.mail.frame import TEMPLATES, framed
from brokerage.mail.headers import SETTABLE, clean_header
from brokerage.mail.seals import Seal, defused
from brokerage.reference.articles import with_article

__all__ = ["LANGUAGES", "Letter", "Written", "clean_header", "filled", "model", "notice", "places_in", "places_of", "written"]
LANGUAGES = ("fr", "en")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One e-mail to one recipient, who is exactly one of `to_user_id`, `to_contact_id` and `to_address`.

    `dedupe_key` (kind:subject:recipient:ordinal) makes it leave once, whatever is run twice. `due_at` None means now.
    `association_id` is the box it is kept in. `only_while` names the states of its subject in which it still makes
    sense. `header_to` is the To line when it names two people: `headers.person(name, seals.email(…))`. `reply_to` is
    one person like those, or bare addresses with commas. `message_id` None gives it one of its own.
    """

    kind: str
    dedupe_key: str
    association_id: uuid.UUID
    to_user_id: uuid.UUID | None = None
    to_contact_id: uuid.UUID | None = None
    to_address: str = ""
    language: str = "fr"
    from_name: str
    reply_to: str = ""
    subject: str
    text: str
    html: str
    request_id: uuid.UUID | None = None
    introduction_id: uuid.UUID | None = None
    only_while: Sequence[str] = ()
    due_at: datetime | None = None
    header_to: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    calendar: str = ""
    message_id: str | None = None

    def __post_init__(self) -> None:
        if sum(map(bool, (self.to_user_id, self.to_contact_id, self.to_address))) != 1:
            raise ValueError("a letter has exactly one recipient")
        if forbidden := set(self.headers) - SETTABLE:
            raise ValueError(f"a letter may not set {', '.join(sorted(forbidden))}")


@dataclass(frozen=True)
class Written:
    """The words of a letter, ready to be posted; seals are still closed."""

    subject: str
    text: str
    html: str


def written(name: str, language: str, /, **context: Any) -> Written:
    """Render `templates/mail/<language>/<name>.txt`; French when `language` is neither French nor English.

    What people wrote is only ever a value: it is neither read as a template nor taken for a seal, a button or the
    rule above the foot. Raises jinja2.UndefinedError when the letter wants a value that `context` does not have.
    """
    language = spoken(language)
    blocks = _rendered(f"{language}/{name}.txt", ("subject", "body"), {"language": language, **context})
    subject = clean_header(_restored(_typography(defused(blocks["subject"]), language)))
    text = _restored(_tidy(defused(blocks["body"]), language))
    return Written(subject, text, framed(subject, text, language))


def _rendered(template_name: str, blocks: Iterable[str], context: Mapping[str, Any]) -> dict[str, str]:
    template = _environment.get_template(template_name)
    return {block: "".join(template.blocks[block](template.new_context(dict(context)))) for block in blocks}


def spoken(language: str) -> str:
    """The language letters are written in for somebody who reads this one."""
    return language if language in LANGUAGES else LANGUAGES[0]


class Member(Protocol):
    """Who a notice goes to, as far as a letter needs to know; the rooms upstairs have the whole of it."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def association_id(self) -> uuid.UUID: ...

    @property
    def language(self) -> str: ...


def notice(kind: str, about: str, to: Member, /, **context: Any) -> Letter:
    """A letter from Passerelle itself to a member, who has nobody to answer; `kind` names its template.

    `about` makes it leave once: kind:about is its dedupe key.
    """
    said = written(kind, to.language, **context)
    return Letter(
        kind=kind,
        dedupe_key=f"{kind}:{about}",
        association_id=to.association_id,
        to_user_id=to.id,
        language=to.language,
        from_name="Passerelle",
        subject=said.subject,
        text=said.text,
        html=said.html,
        headers={"Auto-Submitted": "auto-generated"},
    )


def filled(words: str, /, **places: str) -> Seal:
    """What a person wrote, each `{{ name }}` of the closed list `places` replaced, any other left as it stands.

    A line that holds nothing but empty places and words around them goes: « Motif : {{ motif }} » without a reason.
    A place may be a seal. The result goes into a letter's context like any value.
    """
    ready = {name: _guarded(value) for name, value in places.items()}
    kept = [line for line in _plain(words).split("\n") if not _says_nothing(line, ready)]
    text = _PLACE.sub(lambda place: ready.get(place[1], place[0]), "\n".join(kept))
    return Seal(_restored(defused(_FURNITURE_UNLESS_SEALED.sub(_set_aside, text))))


def _says_nothing(line: str, ready: Mapping[str, str]) -> bool:
    named = places_in(line)
    return bool(named) and not any(ready.get(name, name) for name in named)


def places_in(words: str) -> list[str]:
    """The names of the places in what a person wrote, in their order, whether or not they exist."""
    return _PLACE.findall(words)


def places_of(names: Iterable[str], language: str, /, **context: Any) -> dict[str, Seal]:
    """The values of some places: blocks of `templates/mail/<language>/_places.txt`, each rendered with `context`."""
    found = _rendered(f"{language}/_places.txt", names, {"language": language, **context})
    return {name: Seal(_restored(defused(_tidy(text, language).strip("\n")))) for name, text in found.items()}


def model(name: str, language: str) -> tuple[str, str]:
    """Subject and body of the standard model of a letter, its places still open: `models/<name>.txt`."""
    source, _name, _fresh = _environment.loader.get_source(_environment, f"{language}/models/{name}.txt")  # type: ignore[union-attr]
    subject, _blank, body = source.strip().partition("\n\n")
    return subject, body


# ---- between rendering and the end, our seals stand between two private characters, and nobody else's can ----------

_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(r"\{\{ ?(\w+) ?\}\}")
_FURNITURE = re.compile(r"^(?=→|--$)", re.MULTILINE)
_FURNITURE_UNLESS_SEALED = re.compile(rf"^(?=→(?!.*: {_OPEN}[^{_CLOSE}]+{_CLOSE}$)|--$)", re.MULTILINE)
# Line ends of all kinds become one; controls and marks that change the direction of writing go.
_LINE_END = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(f"[\0-\x08\x0e-\x1b\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff{_OPEN}{_CLOSE}]")


def _guarded(value: Any) -> str:
    """The value of `{{ … }}`: a seal passes, anything else cannot be more than words."""
    if isinstance(value, Seal):
        return value.replace("[[", _OPEN).replace("]]", _CLOSE)
    return "" if value is None else _FURNITURE.sub(_set_aside, _plain(str(value)))


def _plain(words: str) -> str:
    return _UNSEEN.sub("", _LINE_END.sub("\n", words))


def _set_aside(_mark: re.Match[str]) -> str:
    return "\u00a0"


def _restored(text: str) -> str:
    return text.replace(_OPEN, "[[").replace(_CLOSE, "]]")


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _plain(str(words)).strip().split("\n"))


class _OurWords(FileSystemLoader):
    """Letters are written with straight apostrophes; those between two letters are printed as French and English do."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, name, is_fresh = super().get_source(environment, template)
        return re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_])", "’", source), name, is_fresh


_environment = Environment(
    loader=_OurWords(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  (plain text; frame.py escapes for HTML)
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_guarded,
)
_environment.filters["quoted"] = _quoted
_environment.filters["with_article"] = with_article


# ---- typography: only U+00A0 in mails, which every mail program knows ---------------------------------------------


def _typography(text: str, language: str) -> str:
    text = text.replace("\u202f", "\u00a0")
    if language != "fr":
        return text
    text = re.sub(r"(?<=\S) (?=[:;?!»](?:\s|$))", "\u00a0", text)
    return re.sub(r"(?<=«) |(?<=\d) (?=(?:h|%|€)(?:\W|$))", "\u00a0", text)


def _tidy(text: str, language: str) -> str:
    lines = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return _typography(re.sub(r"\n{3,}", "\n\n", lines).strip(" \n"), language) + "\n"
