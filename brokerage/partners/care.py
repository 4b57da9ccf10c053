"""A question to whoever writes words that an address book should perhaps not keep."""

from brokerage.errors import N_, BadInput
from brokerage.reference.sensitive import Doubt, doubts_in


class Doubtful(BadInput):
    """A text may be about a pupil or hold sensitive words: shown, and kept only if the person insists."""

    def __init__(self, doubts: list[Doubt]) -> None:
        self.doubts = doubts
        super().__init__(
            N_("Relisez votre texte : il semble parler d'un ou d'une élève, ou de la vie privée de quelqu'un (%(passages)s)."),
            "text",
            passages=", ".join(f"« {doubt.passage} »" for doubt in doubts),
        )


def insist_on_care(text: str, sure: bool) -> None:
    """Raise Doubtful for a text that should perhaps not be kept, unless its author stands by it."""
    if not sure and (doubts := doubts_in(text)):
        raise Doubtful(doubts)
