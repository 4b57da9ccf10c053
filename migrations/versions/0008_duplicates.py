"""what was merged, and which pairs are not the same

Both tables belong to one association. The timeline stays append-only: its readers follow `merge` instead.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"

RULE = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
ACTIVE = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table("merge", *_common(), sa.Column("winner_id", sa.Uuid(), nullable=False), sa.Column("loser_id", sa.Uuid(), nullable=False),
                    sa.Column("by_name", sa.Text(), nullable=False), sa.Column("changes", JSONB(), nullable=False),
                    sa.Column("moved", JSONB(), nullable=False), sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
                    *_keys("merge"))
    op.create_index("uq_merge_active_loser", "merge", ["association_id", "loser_id"], unique=True, postgresql_where=ACTIVE)
    op.create_index("ix_merge_winner", "merge", ["association_id", "winner_id"])
    op.create_index("ix_merge_latest", "merge", ["association_id", "created_at", "id"])
    op.create_table("distinct_pair", *_common(), sa.Column("first_id", sa.Uuid(), nullable=False), sa.Column("second_id", sa.Uuid(), nullable=False),
                    sa.Column("by_name", sa.Text(), nullable=False), *_keys("distinct_pair"),
                    sa.UniqueConstraint("association_id", "first_id", "second_id", name="uq_distinct_pair_association_id_first_id_second_id"))
    for table in ("merge", "distinct_pair"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY scope ON {table} USING ({RULE}) WITH CHECK ({RULE})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_app")


def _common() -> list[sa.Column]:
    return [sa.Column("id", sa.Uuid(), nullable=False), sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("association_id", sa.Uuid(), nullable=False)]


def _keys(table: str) -> list[sa.Constraint]:
    return [sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=f"fk_{table}_association_id_association")]


def downgrade() -> None:
    op.drop_table("distinct_pair")
    op.drop_table("merge")
