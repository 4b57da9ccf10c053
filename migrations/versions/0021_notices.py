"""letters kept for the weekly digest, and who changed a rule last, are found by an index

Both indexes are partial and hold little: what waits for a digest, and the changes of rules among all that happened.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("ix_message_held", "message", ["to_user_id"], postgresql_where=sa.text("state = 'held' AND sent_at IS NULL"))
    op.create_index(
        "ix_entry_rule", "entry", ["association_id", "at"], postgresql_where=sa.text("what = 'rule_changed'")
    )


def downgrade() -> None:
    op.drop_index("ix_entry_rule", table_name="entry")
    op.drop_index("ix_message_held", table_name="message")
