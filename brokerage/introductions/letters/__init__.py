"""Which letter a step writes, to whom, until when it makes sense; one module per family of letters."""

from brokerage.introductions.letters.commenting import comment
from brokerage.introductions.letters.introducing import introduction
from brokerage.introductions.letters.posting import WRITERS, hold_back, still_wanted, write
from brokerage.introductions.letters.saying import AUTOMATIC, NOTICE, Thing, answers_to, context, request_of, signature
from brokerage.introductions.letters.to_contacts import ask_foot, ask_model, to_contact, unsubscribing, ways_out
from brokerage.introductions.letters.to_members import last_answer, to_member

__all__ = [
    "AUTOMATIC", "NOTICE", "WRITERS", "Thing", "answers_to", "ask_foot", "ask_model", "comment", "context", "hold_back",
    "introduction", "last_answer", "request_of", "signature", "still_wanted", "to_contact", "to_member", "unsubscribing",
    "ways_out", "write",
]  # fmt: skip
