"""the pace of letters: what left in the last minute is counted, in all and by domain

`message.domain_key` is a keyed fingerprint of the recipient's domain, empty for letters of before. The index finds what
left lately without reading the outbox. Builds while letters cannot be posted: a second for 100,000 letters.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("message", sa.Column("domain_key", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_message_sent", "message", ["sent_at"], postgresql_where=sa.text("state = 'sent'"))


def downgrade() -> None:
    op.drop_index("ix_message_sent", "message")
    op.drop_column("message", "domain_key")
