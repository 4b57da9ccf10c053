"""The HTML part of a letter alone in a page, for a frame: it may show its own styles, and do nothing."""

import re

from flask import Response

from brokerage.web.headers import CSP

# The letter's own styles and nothing else: no script, no image from outside, no form, and its own origin.
LETTER_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def alone(words: str) -> Response:
    """The HTML of a letter under a policy of its own; links open in a new tab."""
    opener = '<base target="_blank">'
    framed = _HEAD.sub(lambda head: head[0] + opener, words, count=1) if _HEAD.search(words) else opener + words
    response = Response(framed, mimetype="text/html")
    response.headers["Content-Security-Policy"] = LETTER_CSP
    return response


def may_hold_frames(response: Response) -> Response:
    """A page of ours that shows letters in frames."""
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return response
