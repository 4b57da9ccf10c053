"""Ready, to check, refused: what a row needs before it may go in, and why."""

from brokerage.errors import N_
from brokerage.transfer.mapping.parsed import ParsedRow
from brokerage.transfer.models import Lane, StagedRow

# Something was typed that cannot be kept: it would be lost.
WRONG = frozenset(
    "name_missing uai_invalid siret_invalid siret_scientific siren_invalid siren_scientific vat_invalid email_invalid phone_invalid "
    "date_invalid postcode_invalid contact_unavailable".split()
)
# Something was understood that a person should confirm.
DOUBTFUL = frozenset(
    "uai_letter_computed uai_elsewhere email_suspect_tld share_unclear columns_realigned extra_columns same_name_unclear "
    "date_no_year naf_invalid amount_unclear several_organisations".split()
)
DELICATE = frozenset(("minor_data", "sensitive_data"))
RESEMBLES = "resembles"
DIFFERS = "differs"  # from the partner of the book, which stays as it is unless somebody chooses
NAMES = {
    Lane.READY: N_("Prêtes"),
    Lane.CHECK: N_("À vérifier"),
    Lane.REFUSED: N_("Refusées"),
    Lane.ASIDE: N_("Écartées"),
    Lane.IMPORTED: N_("Importées"),
}


def lane_of(kept: StagedRow, row: ParsedRow) -> Lane:
    """The list a row stands in, from what was read in it and what a person decided."""
    if row.action == "skip":
        return Lane.SKIPPED
    if kept.lane in (Lane.ASIDE, Lane.IMPORTED):
        return kept.lane
    codes = {issue.code for issue in row.issues}
    if codes & WRONG and not kept.accepted:
        return Lane.REFUSED
    unread = row.remarks_need_reading and kept.remark is None
    if unread or undecided(kept) or (codes & DOUBTFUL and not kept.accepted):
        return Lane.CHECK
    return Lane.READY


def undecided(kept: StagedRow) -> bool:
    """Whether a person must still say which partner the row is about."""
    doubts = [one for one in kept.likely if not one.get("sure")]
    return bool(doubts) and kept.same_as is None and not kept.is_new


def codes_of(kept: StagedRow, row: ParsedRow) -> list[str]:
    """The troubles of a row, by which rows of the same trouble are found together."""
    told = {issue.code for issue in row.issues} & (DELICATE if kept.accepted else WRONG | DOUBTFUL | DELICATE)
    told -= DELICATE if kept.remark is not None else set()
    told |= {DIFFERS} if set(kept.differs) - set(kept.theirs) else set()
    return sorted(told | ({RESEMBLES} if undecided(kept) else set()))
