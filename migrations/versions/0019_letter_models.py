"""letters in the words of an association, every version of them

Rows are only ever added: the application may read and insert, so nobody rewrites who changed what. A new table: no lock,
no data.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

OWN = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"


def upgrade() -> None:
    op.create_table(
        "letter_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_letter_model_association_id_association")),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_letter_model_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_model")),
        sa.UniqueConstraint("association_id", "letter", "language", "number", name=op.f("uq_letter_model_association_id_letter_language_number")),
    )
    op.execute("ALTER TABLE letter_model ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE letter_model FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON letter_model TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON letter_model USING ({OWN}) WITH CHECK ({OWN})")
    op.execute("GRANT SELECT, INSERT ON letter_model TO passerelle_app")


def downgrade() -> None:
    op.drop_table("letter_model")
