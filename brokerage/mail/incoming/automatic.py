"""Answers that nobody wrote: out of office, receipts, returns (RFC 3834). Recognised, kept, never taken for an answer."""

import re
from datetime import date, timedelta
from email.message import Message

from brokerage.mail.incoming.headings import Headings

_SUBJECT = re.compile(
    r"^\s*(?:réponse automatique|reponse automatique|automatic reply|auto(?:matic)?[ -]?reply|auto ?:|automatische antwort|"
    r"out of (?:the )?office|absente? du bureau|absence du bureau|message d.absence|notification d.absence|"
    r"accusé de réception automatique|lu ?:|read ?:|non lu ?:)|"
    r"^\s*(?:(?:re|ré) ?: ?)?(?:je suis )?(?:actuellement )?(?:absente?|en congés?|away|on leave)\b.{0,30}\b(?:jusqu|du|until|from)\b",
    re.IGNORECASE,
)
_SIGNS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply", "X-Vacation", "X-Mail-Autoreply", "X-AutoReply-From")
_PRECEDENCE = {"auto_reply", "bulk", "junk"}
_MACHINES = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|microsoftexchange[0-9a-f]+)@", re.IGNORECASE)

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("janvier january jan", "février fevrier february feb", "mars march mar", "avril april apr", "mai may", "juin june jun",
         "juillet july jul", "août aout august aug", "septembre september sept sep", "octobre october oct",
         "novembre november nov", "décembre decembre december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = r"(?:(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)\w*\.?,? )?"
_YEAR = r"(?:,? ?[/.]?(?P<y>\d{4}|\d{2}(?!\d)))?"
_DAY = (
    rf"{_WEEKDAY}(?:(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})\b"  # 4 mai, 4th of May
    rf"|(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b|(?P<d3>\d{{1,2}})[/.](?P<n3>\d{{1,2}})){_YEAR}"  # May 4, 04/05
)
_BACK = r"(?:de retour|retour|reprendrai|reprends|(?:will be |am )?back|returning|return)"
_AT_WORK = r"(?: (?:au bureau|prévu|in the office|to the office|on|le|à partir du|from))*"
_RETURN = re.compile(rf"{_BACK}{_AT_WORK} {_DAY}", re.IGNORECASE)
_UNTIL = re.compile(rf"(?:jusqu.au|jusqu.à|until|through|till|au)(?: le)? {_DAY}(?P<within> inclus)?", re.IGNORECASE)


def is_return(head: Headings, mail: Message) -> bool:
    """Whether a mail server sends this about a letter it could not deliver, or not yet."""
    report = mail.get_content_type() == "multipart/report" and str(mail.get_param("report-type", "")).lower() == "delivery-status"
    if report or any(_MACHINES.match(address) for address in head.people("From")):
        return True
    return head.has("X-Failed-Recipients")


def is_automatic(head: Headings, mail: Message, subject: str) -> bool:
    """Whether a program wrote it: headers first, then the words programs put into subjects."""
    submitted = head.text("Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or head.text("Precedence").strip().lower() in _PRECEDENCE
        or any(head.has(name) for name in _SIGNS)
        or head.text("Return-Path").strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or bool(_SUBJECT.search(subject))
    )


def back_on(text: str, written: date) -> date | None:
    """The day somebody says they are back, or until when they are away; None when no such day is found.

    A day without a year is the next one after `written`.
    """
    flat = re.sub(r"\s+", " ", text)
    if found := _RETURN.search(flat):
        return _day(found, written)
    if found := _UNTIL.search(flat):
        last = _day(found, written)
        return last + timedelta(days=1) if last and found["within"] else last
    return None


def _day(found: re.Match[str], written: date) -> date | None:
    day = int(found["d"] or found["d2"] or found["d3"])
    month = int(found["n3"]) if found["n3"] else _MONTHS[(found["m"] or found["m2"]).lower()]
    year = int(found["y"]) if found["y"] else written.year
    try:
        said = date(year + 2000 if year < 100 else year, month, day)
        return said if found["y"] or said >= written else said.replace(year=said.year + 1)
    except ValueError:
        return None
