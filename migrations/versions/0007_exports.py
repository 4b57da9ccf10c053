"""exports: what was asked to leave, why, and the file for a day

The file stays in the database, behind the same walls as the book. A new table; nothing else is touched.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

OWN = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
STATES = ("waiting", "writing", "ready", "cancelled", "failed", "expired")


def upgrade() -> None:
    op.create_table(
        "export_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("format", sa.Enum("xlsx", "csv", "vcf", name="format", native_enum=False, length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("wanted", JSONB(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="exportstate", native_enum=False, length=32), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("partners", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("stumbles", sa.SmallInteger(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queue", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_export_file"),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name="fk_export_file_association_id_association"),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name="fk_export_file_by_id_member"),
    )
    op.create_index("ix_export_file_history", "export_file", ["association_id", "created_at", "id"])
    op.create_index("ix_export_file_mine", "export_file", ["association_id", "by_id", "created_at"])
    waiting = sa.text("state IN ('waiting', 'writing', 'ready')")
    op.create_index("ix_export_file_under_way", "export_file", ["created_at"], postgresql_where=waiting)
    op.execute("ALTER TABLE export_file ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE export_file FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON export_file TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON export_file USING ({OWN}) WITH CHECK ({OWN})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON export_file TO passerelle_app")  # the log of exports is never shortened


def downgrade() -> None:
    op.drop_table("export_file")
