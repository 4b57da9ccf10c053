"""the journal: an association's own security lines are found without reading its whole history

A partial index on the kinds the page « Journal » shows (brokerage/timeline.py, JOURNAL). Builds while lines cannot be
added: a second for a million lines, most of which it leaves out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

KINDS = (
    "approve", "association_founded", "charge_given", "charge_removed", "confirmation_failed", "consent_withdrawn", "decline",
    "details_seen", "email_changed", "entry_refused", "export_asked", "export_cancelled", "export_fetched", "exported",
    "import_undone", "imported", "introduction_accept", "introduction_introduce", "introduction_introduce_directly",
    "introduction_refuse", "member_closed", "member_closing", "member_deactivated", "member_invited", "member_joined",
    "member_returned", "member_signed_out", "objection", "password_changed", "recovery_codes_renewed", "rights_noted",
    "rights_settled", "roles_changed", "rule_changed", "second_factor_on", "second_factor_removed", "second_step_failed",
    "sign_in_failed", "sign_in_held_back", "signed_in", "take_back",
)


def upgrade() -> None:
    op.create_index("ix_entry_journal", "entry", ["association_id", "at"], postgresql_where=sa.text(f"what IN {KINDS}"))


def downgrade() -> None:
    op.drop_index("ix_entry_journal", "entry")
