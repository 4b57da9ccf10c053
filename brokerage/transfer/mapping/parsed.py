"""What one row of a file says, once read: the form in which the import, the preview and the report take it."""

from dataclasses import dataclass, field
from typing import Literal

from brokerage.transfer.mapping.issues import sentence_of


@dataclass(frozen=True)
class Issue:
    """Something a person should know about a row. `detail` is what was typed, or what is proposed instead."""

    code: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The French sentence for the preview."""
        return sentence_of(self.code, self.detail)


@dataclass(frozen=True)
class Dated:
    """A day as precise as it was typed: "2024-03-14", "2024-03" or "2024"; `iso` is None when there is none."""

    iso: str | None = None
    precision: Literal["day", "month", "year"] | None = None
    issue: str | None = None


@dataclass(frozen=True)
class Person:
    """A contact. Empty text and None mean that the file does not say; telephone numbers are in E.164.

    `role` is the title as typed; `role_code` one of head, referent, social_opening, diversity_csr,
    school_relations, other.
    """

    civility: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = ""
    role_code: str = "other"
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None


@dataclass(frozen=True)
class Organisation:
    """A school or a company as the row tells it.

    `kind` is the school directory's code (LGT, LP, SEP, UNIVERSITE…),
    ENTREPRISE, FONDATION or ASSOCIATION; "" when nothing tells. Identifiers are valid or None.
    `network` is "academic", "corporate" or "" when the row does not tell.
    """

    name: str = ""
    kind: str = ""
    network: str = ""
    uai: str | None = None
    siret: str | None = None
    siren: str | None = None
    naf: str | None = None
    headcount: str = ""
    address: str = ""
    postcode: str | None = None
    town: str = ""
    department: str | None = None
    website: str = ""


@dataclass(frozen=True)
class ParsedRow:
    """One row of the file. `number` is Excel's row, or the physical line of a text file (`by_line`).

    `action` "skip" means that the row is no data, for the `reason` blank, title, header, band, total, note, example
    or no_table; nothing else is filled then. `flags` are among do_not_contact, no_share, share_ok, minor_data,
    sensitive_data, formula: what was read, even when two of them contradict each other. `remarks` stays apart: with
    `minor_data` or `sensitive_data` it must not be stored before a person has read it. `org_group` is equal for rows
    about the same organisation. `amount` is in euros.
    """

    sheet: str | None
    number: int
    by_line: bool
    action: Literal["import", "skip"]
    reason: str = ""
    organisation: Organisation = field(default_factory=Organisation)
    contacts: tuple[Person, ...] = ()
    first_contact: Dated = field(default_factory=Dated)
    last_contact: Dated = field(default_factory=Dated)
    agreement_date: Dated = field(default_factory=Dated)
    amount: float | None = None
    status: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    issues: tuple[Issue, ...] = ()
    remarks: str = ""
    others: tuple[tuple[str, str], ...] = ()
    org_group: str = ""
    theirs: frozenset[str] = frozenset()  # fields taken from the file where the book says otherwise (differing.py)
    read: str | None = None  # what a person kept of remarks that had to be read; None until then

    @property
    def permission(self) -> str:
        """The strictest of what the row says: do_not_contact, no_share, share_ok, else ask_first."""
        return next((code for code in ("do_not_contact", "no_share", "share_ok") if code in self.flags), "ask_first")

    @property
    def remarks_need_reading(self) -> bool:
        """Whether a person must read the remarks before they may be stored."""
        return bool(self.flags & {"minor_data", "sensitive_data"})
