"""The letters an association words for itself: which, with which places, in which versions, and how they become a letter."""

from brokerage.introductions.letter_models.catalogue import EDITABLE, Editable
from brokerage.introductions.letter_models.checking import MOST_WORDS, words_of
from brokerage.introductions.letter_models.comparing import Piece, differences
from brokerage.introductions.letter_models.filling import Wording, wording_of, written
from brokerage.introductions.letter_models.keeping import LetterModel, Overtaken, history, in_force, latest, restore, save, standard

__all__ = [
    "EDITABLE", "MOST_WORDS", "Editable", "LetterModel", "Overtaken", "Piece", "Wording", "differences", "history", "in_force", "latest",
    "restore", "save", "standard", "wording_of", "words_of", "written",
]  # fmt: skip
