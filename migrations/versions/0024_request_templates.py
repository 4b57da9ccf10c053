"""templates of requests

A table of words that an association asks with again and again. Adds nothing to the tables that exist.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"

OWN = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
LIVING = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "request_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), sa.Computed("fold(name)", persisted=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("need", sa.String(32), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("role_sought", sa.String(32)),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("numbers", JSONB(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_request_template_association_id_association")),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_request_template_by_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_template")),
    )
    op.create_index("uq_request_template_living", "request_template", ["association_id", "folded"], unique=True, postgresql_where=LIVING)
    op.execute("ALTER TABLE request_template ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE request_template FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON request_template TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON request_template USING ({OWN}) WITH CHECK ({OWN})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON request_template TO passerelle_app")


def downgrade() -> None:
    op.drop_table("request_template")
