"""The line to the mail server: what is said, how long we wait (RFC 5321 §4.5.3.2), and what each failure means."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from brokerage.config import LOOPBACK, Misconfigured

CONNECT = 30.0  # seconds
COMMAND = 5 * 60.0
LAST_REPLY = 10 * 60.0
PORTS = {"smtp": 25, "smtps": 465}
SUBMISSION = 587  # for those who sign in
SERVICE_SHUTTING_DOWN = 421


class Refused(Exception):
    """The server says no to this letter. `permanent` (5xx) means that asking again is useless."""

    def __init__(self, code: int, words: bytes | str) -> None:
        said = words.decode("ascii", "replace") if isinstance(words, bytes) else words
        self.code, self.permanent = code, code >= 500
        self.policy = self.permanent and bool(re.search(r"\b5\.7\.\d+\b", said))  # an operator should look
        super().__init__(f"{code} {without_addresses(said)}")


class LineDown(Exception):
    """No letter can leave by this line, and the one at hand has not. `alarm`: it will not mend by itself."""

    def __init__(self, words: str, alarm: bool = False) -> None:
        self.alarm = alarm
        super().__init__(without_addresses(words))


class Unanswered(Exception):
    """The line was lost after the words began to leave: nobody knows whether the server has them."""


def without_addresses(words: str) -> str:
    """What may be logged and kept of a server's reply."""
    return re.sub(r"[^\s<>]+@[^\s<>]+", "…@…", " ".join(words.split()))[:200]


@dataclass(frozen=True)
class Transport:
    """Where letters leave by. `starttls` is "required" or "never"; certificates are always verified."""

    host: str
    port: int
    domain: str
    implicit_tls: bool = False
    starttls: str = "required"
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str | None = None  # a file of certificates, for servers with an authority of their own
    from_address: str = ""
    bounce_address: str = ""

    @classmethod
    def from_url(cls, url: str, domain: str) -> "Transport":
        """Read SMTP_URL: `smtp[s]://user:password@host:port?starttls=required|never&ca=file&from=address`.

        Without a port: 465 for smtps, 587 with a user, else 25. TLS is required except towards this machine.
        `domain` is what our own addresses end with. Raises `config.Misconfigured`.
        """
        parts, port = _split(url)
        choices = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        host, near = parts.hostname or "", (parts.hostname or "") in LOOPBACK
        starttls = choices.get("starttls", "never" if near else "required")
        if not host or parts.scheme not in PORTS or starttls not in ("required", "never"):
            raise _unreadable()
        if starttls == "never" and parts.scheme == "smtp" and parts.username and not near:
            raise Misconfigured("SMTP_URL enverrait un mot de passe en clair.", "SMTP_URL would send a password in the clear.")
        return cls(
            host=host,
            port=port or (SUBMISSION if parts.username and parts.scheme == "smtp" else PORTS[parts.scheme]),
            domain=domain,
            implicit_tls=parts.scheme == "smtps",
            starttls=starttls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            authority=choices.get("ca"),
            from_address=choices.get("from", f"passerelle@{domain}"),
            bounce_address=f"bounce@{domain}",
        )

    def open(self) -> "Line":
        """Connect, greet, encrypt and sign in. Raises `LineDown`."""
        with _whole_line():
            smtp = self._connect()
            line = Line(smtp, self)
            try:
                line.greet()
            except BaseException:
                smtp.close()
                raise
            return line

    def _connect(self) -> smtplib.SMTP:
        common: dict[str, Any] = {"timeout": CONNECT, "local_hostname": self.domain}
        if self.implicit_tls:
            return smtplib.SMTP_SSL(self.host, self.port, context=self.trust(), **common)
        return smtplib.SMTP(self.host, self.port, **common)

    def trust(self) -> ssl.SSLContext:
        """TLS 1.2 or better, certificate and name verified."""
        context = ssl.create_default_context(cafile=self.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class Line:
    """One open connection, for as many letters as it holds."""

    def __init__(self, smtp: smtplib.SMTP, transport: Transport) -> None:
        self._smtp, self._transport = smtp, transport

    def greet(self) -> None:
        """EHLO, STARTTLS and AUTH, whichever apply."""
        self._wait(COMMAND)
        self._smtp.ehlo_or_helo_if_needed()
        if not self._transport.implicit_tls and self._transport.starttls == "required":
            self._smtp.starttls(context=self._transport.trust())
            self._smtp.ehlo()
        if self._transport.user:
            self._smtp.login(self._transport.user, self._transport.password)

    def address(self, recipient: str, return_path: str = "") -> None:
        """MAIL and RCPT; `recipient` comes from `headers.bare`. Raises `Refused`, or `LineDown` when we are refused."""
        with _whole_line():
            code, words = self._smtp.docmd("MAIL", f"FROM:<{return_path or self._transport.bounce_address}>")
            if code != 250:
                raise LineDown(f"MAIL: {Refused(code, words)}", alarm=code >= 500)
            code, words = self._smtp.docmd("RCPT", f"TO:<{recipient}>")
            if code not in (250, 251):
                raise _refusal(code, words)

    def transmit(self, message: bytes) -> None:
        """DATA, the words, the final dot, and the server's reply. Raises `Refused`, `LineDown` or `Unanswered`."""
        with _whole_line():
            code, words = self._smtp.docmd("DATA")
            if code != 354:
                raise _refusal(code, words)
        try:
            self._smtp.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
            self._wait(LAST_REPLY)
            code, words = self._smtp.getreply()
            self._wait(COMMAND)
        except (smtplib.SMTPException, OSError) as lost:
            self._smtp.close()
            raise Unanswered(f"{type(lost).__name__} after the words began to leave") from lost
        if code != 250:
            raise _refusal(code, words)

    def forget(self) -> None:
        """RSET: the letter begun by `address` does not leave. Raises `LineDown`."""
        with _whole_line():
            self._smtp.rset()

    def hang_up(self) -> None:
        """QUIT, politely but without waiting for anybody."""
        try:
            self._wait(2.0)
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()

    def _wait(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        return (parts := urlsplit(url)), parts.port
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> Misconfigured:
    return Misconfigured("SMTP_URL n’est pas lisible.", "SMTP_URL cannot be read.")


def _refusal(code: int, words: bytes) -> Exception:
    """421 and broken replies concern the whole line, everything else this letter."""
    if code == SERVICE_SHUTTING_DOWN or code < 400:
        return LineDown(str(Refused(code, words)))
    return Refused(code, words)


@contextmanager
def _whole_line() -> Iterator[None]:
    """Failures before any word has left, as `LineDown`. Wrong passwords and certificates need a person."""
    try:
        yield
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLError) as failure:
        raise LineDown(f"{type(failure).__name__}: {failure}", alarm=True) from failure
    except (smtplib.SMTPException, OSError) as failure:
        raise LineDown(f"{type(failure).__name__}: {failure}") from failure
