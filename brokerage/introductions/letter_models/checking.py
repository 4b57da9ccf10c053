"""What may be a model: words and places of the letter's list, nothing that looks like a template, not too long."""

import re

from brokerage.errors import N_, BadInput
from brokerage.introductions.letter_models.catalogue import Editable
from brokerage.mail import letter as paper

MOST_WORDS = 120  # of a partner's letter before its foot (product.md §5)
LONGEST_SUBJECT, LONGEST_BODY = 150, 6000

# Whatever opens, closes or begins an expression in a template language, a seal or a tag: refused, and named as typed.
_SYNTAX = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|[$#]\{[^}\n]*\}?|<%.*?%>|\[\[.*?\]\]|\{[^{}\n]*\}|[{}]+|<%|%>|\[\[|\]\]", re.DOTALL
)
_PLACE = re.compile(r"\{\{ ?\w+ ?\}\}")
_FOOT = re.compile(r"^(?:--|→)", re.MULTILINE)


def insist(letter: Editable, language: str, subject: str, body: str) -> None:
    """Raise BadInput, at its field, for the first thing that keeps these words from being a model of the letter."""
    for field, words, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        _filled_in(field, words, longest)
        _only_places(field, words, letter)
    if found := _FOOT.search(body):
        sentence = N_("Une ligne ne peut pas commencer par « %(mark)s » : ce signe annonce un bouton ou le pied de la lettre.")
        raise BadInput(sentence, "body", mark=found[0])
    _keeps_what_must_be_said(letter, body)
    _short_enough(letter, language, subject, body)


def _filled_in(field: str, words: str, longest: int) -> None:
    if not words:
        empty = N_("Écrivez un objet.") if field == "subject" else N_("Écrivez la lettre.")
        raise BadInput(empty, field)
    if len(words) > longest:
        raise BadInput(N_("C'est trop long : %(most)s signes au plus."), field, most=longest)


def _only_places(field: str, words: str, letter: Editable) -> None:
    unknown = unknown_places(letter, words)
    if unknown:
        raise BadInput(N_("« %(what)s » n'est pas un champ de cette lettre. Choisissez dans la liste des champs."), field, what=unknown[0])
    if field == "subject" and (misplaced := [one for one in paper.places_in(words) if one not in letter.in_subject]):
        raise BadInput(N_("« %(what)s » tient sur plusieurs lignes : gardez ce champ pour la lettre."), field, what=_braced(misplaced[0]))


def unknown_places(letter: Editable, *texts: str) -> list[str]:
    """What stands in these words, as it was typed, that is neither plain text nor a place of the letter."""
    found = [one[0] for words in texts for one in _SYNTAX.finditer(words)]
    return [one for one in found if not (_PLACE.fullmatch(one) and paper.places_in(one)[0] in letter.places)]


def _keeps_what_must_be_said(letter: Editable, body: str) -> None:
    named = set(paper.places_in(body))
    for group in letter.kept:
        if not named.intersection(group):
            what = ", ".join(_braced(one) for one in group)
            sentence = N_("Gardez « %(what)s » : sans ce champ, il manquerait quelque chose à qui lit.")
            several = N_("Gardez un de ces champs : %(what)s. Qui écrit, et pour qui, doit se lire dans la lettre.")
            raise BadInput(several if len(group) > 1 else sentence, "body", what=what)


def _braced(name: str) -> str:
    return f"{{{{ {name} }}}}"


def _short_enough(letter: Editable, language: str, subject: str, body: str) -> None:
    from brokerage.introductions.letter_models import sample  # it fills models, which are checked here

    count = words_of(sample.example(letter.name, language, subject, body).text) if letter.to_partner else 0
    if count >= MOST_WORDS:
        sentence = N_("Cette lettre fait %(count)s mots : un partenaire en lit moins de %(most)s.")
        raise BadInput(sentence, "body", count=count, most=MOST_WORDS)


def words_of(text: str) -> int:
    """The words of a letter before its foot, as a person counts them: an address or a link is one."""
    return sum(any(c.isalnum() for c in one) for one in text.partition("\n--\n")[0].split())
