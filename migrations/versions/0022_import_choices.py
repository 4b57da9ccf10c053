"""a row of a file that says otherwise than the book waits for a choice, field by field

Adds two columns of field names to the rows that wait. A server default while they are added, taken off again: old
code adds no rows in that moment. A brief lock on a table that holds thirty days of files.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    for name in ("differs", "theirs"):
        op.add_column("staged_row", sa.Column(name, ARRAY(sa.Text()), nullable=False, server_default="{}"))
        op.alter_column("staged_row", name, server_default=None)


def downgrade() -> None:
    for name in ("theirs", "differs"):
        op.drop_column("staged_row", name)
