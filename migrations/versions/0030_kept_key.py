"""a key that outlives SECRET_KEY: what fingerprints of addresses are made with, sealed

Objections are fingerprints of addresses nobody holds any more: under another key they would be forgotten. The row is
made by the application at its first start, from the secret that made the fingerprints so far. Going back forgets it:
before that, put the first SECRET_KEY back in force.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

SYSTEM = "(SELECT app_scope()) = 'system'"


def upgrade() -> None:
    op.create_table(
        "kept_key",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept_key"),
    )
    op.execute("ALTER TABLE kept_key ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE kept_key FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON kept_key TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON kept_key USING ({SYSTEM}) WITH CHECK ({SYSTEM})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON kept_key TO passerelle_app")


def downgrade() -> None:
    op.drop_table("kept_key")
