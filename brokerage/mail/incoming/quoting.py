"""Where the new words of an answer end and the letter it answers begins, as mail programs mark it in French and English."""

import re

_INTRODUCED = re.compile(
    r"""^[>\s]*(?:
        (?:Le|On|Em|Am|El)\s.{4,400}?(?:a\s+écrit|a\s+ecrit|wrote|écrivait)\s*(?:\u00a0|\u202f|\s)*:        # Gmail, Thunderbird, Apple
      | .{2,120}<[^<>\s]+@[^<>\s]+>\s+(?:a\s+écrit|wrote)(?:\u00a0|\u202f|\s)*:                                # old Gmail, Thunderbird
      | .{2,80}\s+(?:a\s+écrit\s+le|wrote\s+on)\s.{4,60}:
    )\s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_RULE = re.compile(
    r"^\s*(?:-{2,}|_{2,})\s*(?:Message d.origine|Original Message|Message initial|Message transféré|Forwarded message|"
    r"Message original|Courriel original|Mail original|Message réexpédié)\s*(?:-{2,}|_{2,})?\s*:?\s*$|"
    r"^\s*(?:Début du message (?:transféré|réexpédié)|Begin forwarded message)\s*:\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\*?(?:De|From|Expéditeur)\*?(?:\u00a0|\u202f|\s)*:\*?\s*\S", re.IGNORECASE)
_SENT = re.compile(r"^\s*\*?(?:Envoyé|Date|Sent|À|A|To|Objet|Subject|Destinataire)(?: le)?\*?(?:\u00a0|\u202f|\s)*:", re.IGNORECASE)
_LINE = re.compile(r"^\s*[_-]{8,}\s*$")
_SPAN = 4  # lines over which "Le … a écrit :" may be broken


def folded(text: str) -> tuple[str, str]:
    """The words that are new, signature included, and what they quote. Words written between quoted lines are new.

    A mail that is nothing but a quotation keeps its words as quotation; the first part is then empty.
    """
    lines = text.split("\n")
    start, marks = _start(lines)
    if start is None:
        return text.strip(), ""
    own, quoted = _trimmed(lines[:start]), lines[start:]
    between = _between(lines[start + marks :]) if any(line.startswith(">") for line in quoted) else []
    return "\n".join([*own, "", *between] if own and between else own or between).strip(), "\n".join(quoted).strip()


def _start(lines: list[str]) -> tuple[int | None, int]:
    """The line where the quotation begins, and how many lines its introduction takes."""
    for at, line in enumerate(lines):
        if _RULE.match(line) or _is_heading(lines, at):
            return at, 1
        for span in range(1, _SPAN + 1):
            if _opens(lines[at]) and _introduces(" ".join(lines[at : at + span])):
                return at, span
        if line.startswith(">") and _only_quotes(lines[at:]):
            return at, 0
    quoted = next((at for at, line in enumerate(lines) if line.startswith(">")), None)
    return quoted, 0


def _introduces(words: str) -> bool:
    """« Le 12 mars, X a écrit : », never « Le proviseur a écrit : », which somebody may well write."""
    return bool(_INTRODUCED.match(words)) and bool(re.search(r"\d|@", words))


def _opens(line: str) -> bool:
    """Whether an introduction may begin here: a cheap look before the costly one."""
    return bool(re.match(r"[>\s]*(?:Le|On|Em|Am|El)\s", line)) or "<" in line or "écrit" in line or "wrote" in line


def _is_heading(lines: list[str], at: int) -> bool:
    """« De : … Envoyé : … À : … » of Outlook: two of its lines close together."""
    following = [line for line in lines[at + 1 : at + 6] if line.strip()]
    return bool(_FROM.match(lines[at])) and sum(bool(_SENT.match(line)) for line in following) >= 2


def _only_quotes(lines: list[str]) -> bool:
    return all(not line.strip() or line.startswith(">") for line in lines)


def _between(lines: list[str]) -> list[str]:
    """What stands between and under quoted lines; nothing when the quotation is not marked line by line."""
    own = [line for line in lines if not line.startswith(">")]
    marked = any(line.startswith(">") for line in lines[:3])
    return own if marked and any(line.strip() for line in own) else []


def _trimmed(lines: list[str]) -> list[str]:
    """Without the rule that Outlook draws over its heading."""
    while lines and (not lines[-1].strip() or _LINE.match(lines[-1])):
        lines = lines[:-1]
    return lines
