"""What a person may be told: one French sentence, and the HTTP status a door gives it."""


def N_(sentence: str) -> str:
    """Marks a sentence for translation here; the door that shows it translates it."""
    return sentence


class Refusal(Exception):
    """A rule says no. `sentence` is French source text with %(name)s places, filled from `details`."""

    status = 422

    def __init__(self, sentence: str, **details: object) -> None:
        self.sentence, self.details = sentence, details
        super().__init__(sentence % details if details else sentence)


class BadInput(Refusal):
    """What was typed cannot be used; `field` names the form field, None when it concerns the whole form."""

    def __init__(self, sentence: str, field: str | None = None, **details: object) -> None:
        self.field = field
        super().__init__(sentence, **details)


class NotYours(Refusal):
    """The person is known, but this step is not theirs to take."""

    status = 403


class NotFound(Refusal):
    """Does not exist, or is not for this reader: both read the same."""

    status = 404


class WrongState(Refusal):
    """Somebody, or the clock, was faster."""

    status = 409


class Unavailable(Refusal):
    """A service we stand on does not answer."""

    status = 503
