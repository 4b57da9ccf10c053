"""views saved under a name

A table of filters kept by members, private or shared. Adds nothing to the tables that exist.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

OWN = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
LIVING = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("shelf", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), sa.Computed("fold(name)", persisted=True), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_saved_view_association_id_association")),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_saved_view_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("uq_saved_view_living", "saved_view", ["association_id", "shelf", "by_id", "folded"], unique=True, postgresql_where=LIVING)
    op.execute("ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE saved_view FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON saved_view TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON saved_view USING ({OWN}) WITH CHECK ({OWN})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO passerelle_app")


def downgrade() -> None:
    op.drop_table("saved_view")
