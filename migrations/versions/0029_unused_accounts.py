"""unused accounts: the day one closes, and when an admin last opened it again

Two columns that may be empty: old code never looks at them. A brief lock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("member", sa.Column("closing_on", sa.Date(), nullable=True))
    op.add_column("member", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("member", "returned_at")
    op.drop_column("member", "closing_on")
