"""The letters each step promises, typed again by hand from product.md §3-5, and counted from the lines of the timeline."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.year.stories import InCharge, Story

PROMISED = {
    "submit": ["new_request to handler"], "resend": ["new_request to handler"], "ask_info": ["info_asked to requester"],
    "answer": ["info_given to handler"], "park": ["parked to requester"], "approve": ["approved to requester"],
    "decline": ["declined to requester"], "redirect": ["redirected to requester", "new_request to handler"],
    "reopen": ["reopened to requester"], "withdraw": ["withdrawn to handler"], "expire": ["expired to requester", "expired to handler"],
    "introduction_ask_consent": ["ask_consent to contact"], "introduction_resume": ["ask_consent to contact"],
    "introduction_postpone": ["postponed to requester", "postponed to handler"], "introduction_suggest": ["suggested to handler"],
    "introduction_refuse": ["no_follow_up to requester"], "introduction_object": ["no_follow_up to requester"],
    "introduction_lapse": ["no_follow_up to requester", "lapsed to handler"],
    "introduction_introduce": ["introduction to contact", "introduction to requester"],
    "introduction_introduce_directly": ["introduction to contact", "introduction to requester"],
}  # fmt: skip


def promised(stories: dict[Any, Story], charge: InCharge) -> Counter[tuple[Any, ...]]:
    """How often each letter was promised: (when, kind, of what, to whom). Whoever acts is not written to."""
    return Counter(one for story in stories.values() for line in story.lines for one in _of(story, line, charge))


def _of(story: Story, line: Any, charge: InCharge) -> Iterator[tuple[Any, ...]]:
    for letter in PROMISED.get(line.what, []):
        kind, _, who = letter.partition(" to ")
        to = story.contact_id if who == "contact" else charge.crowd.members[charge.written_to(who, story, line.at)].id
        if who == "contact" or to != line.by_id:  # the contact who says yes reads the introduction too
            yield line.at, kind, story.key, to
