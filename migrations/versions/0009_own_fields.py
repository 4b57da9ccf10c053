"""fields of an association's own, tags found by an index, and bulk actions that can be taken back

Adds a column of values to partners and contacts (server default: old code keeps working; a brief lock), the list of
fields, and what partners were before a bulk action. `labelled` is a window like `findable`: row-level policies keep
`@>` from its index, since it is not leakproof; the view carries the same condition and lets the index work.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0009"
down_revision = "0008"

OWN = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
EMPTY = sa.text("'{}'::jsonb")
LABELLED = """
CREATE VIEW labelled AS
SELECT id, tags, extra FROM partner WHERE association_id = (SELECT app_association()) AND deleted_at IS NULL
"""


def upgrade() -> None:
    for table in ("partner", "contact"):
        op.add_column(table, sa.Column("extra", JSONB(), nullable=False, server_default=EMPTY))
    op.create_index("ix_partner_extra", "partner", ["extra"], postgresql_using="gin", postgresql_ops={"extra": "jsonb_path_ops"})
    op.create_index("ix_partner_tags", "partner", ["tags"], postgresql_using="gin")
    _custom_field()
    _bulk_action()
    _bulk_line()
    for table in ("custom_field", "bulk_action", "bulk_line"):
        _wall(table)
    op.execute(LABELLED)
    op.execute("GRANT SELECT ON labelled TO passerelle_app")


def _custom_field() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), sa.Computed("fold(name)", persisted=True), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("options", ARRAY(sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_custom_field_association_id_association")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("association_id", "subject", "folded", name=op.f("uq_custom_field_association_id_subject_folded")),
    )


def _bulk_action() -> None:
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_bulk_action_association_id_association")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
        sa.UniqueConstraint("association_id", "id", name=op.f("uq_bulk_action_association_id_id")),
    )


def _bulk_line() -> None:
    op.create_table(
        "bulk_line",
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tags", ARRAY(sa.Text()), nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_bulk_line_association_id_association")),
        sa.ForeignKeyConstraint(
            ["association_id", "bulk_id"], ["bulk_action.association_id", "bulk_action.id"], ondelete="CASCADE",
            name=op.f("fk_bulk_line_association_id_bulk_id_bulk_action"),
        ),
        sa.ForeignKeyConstraint(
            ["association_id", "partner_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE",
            name=op.f("fk_bulk_line_association_id_partner_id_partner"),
        ),
        sa.PrimaryKeyConstraint("bulk_id", "partner_id", name=op.f("pk_bulk_line")),
    )  # fmt: skip
    op.create_index("ix_bulk_line_partner", "bulk_line", ["partner_id"])


def _wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON {table} USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_app")


def downgrade() -> None:
    op.execute("DROP VIEW labelled")
    for table in ("bulk_line", "bulk_action", "custom_field"):
        op.drop_table(table)
    op.drop_index("ix_partner_tags", "partner")
    op.drop_index("ix_partner_extra", "partner")
    for table in ("partner", "contact"):
        op.drop_column(table, "extra")
