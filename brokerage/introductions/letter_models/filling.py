"""From a model to a letter: its places filled for one request, then what a letter owes its reader around it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brokerage.introductions.letter_models import keeping
from brokerage.introductions.letter_models.catalogue import EDITABLE
from brokerage.mail import letter as paper
from brokerage.mail.seals import Seal


@dataclass(frozen=True)
class Wording:
    """Subject and body of a letter, filled in; seals are still closed."""

    subject: Seal
    body: Seal


def written(which: str, association_id: uuid.UUID, language: str, told: Mapping[str, Any]) -> paper.Written:
    """A letter of this association with what is `told` of a request; in the words of its own model where it has one.

    A `body` in `told` was reread by somebody, and stands in the place of the model.
    """
    values = dict(told)
    if which in EDITABLE and "body" not in values:
        said = wording_of(which, keeping.in_force(which, association_id, language), language, values)
        values |= {"subject_line": said.subject, "body": said.body}
    return paper.written(which, language, **values)


def wording_of(which: str, model: keeping.Words, language: str, told: Mapping[str, Any]) -> Wording:
    """The words of a model with its places filled; only those of the letter's list are, the others stand as typed."""
    used = {*paper.places_in(model.subject), *paper.places_in(model.body)} & {*EDITABLE[which].places}
    places = paper.places_of(sorted(used), paper.spoken(language), **told)
    return Wording(paper.filled(model.subject, **places), paper.filled(model.body, **places))
