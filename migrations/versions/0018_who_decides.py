"""who decides: a table of who is in charge of what, and for whom a stand-in holds a request

`routing_rule`: allies read it, because a request finds its manager in the scope of whoever sends it; only its own
association writes it. `introduction_request.covers_id` names the absent member a stand-in holds the request for, so that
it can come back. The partial index serves the clock, which looks at the few that are covered.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

MINE = "(SELECT app_association())"
OWN = f"association_id = {MINE} OR (SELECT app_scope()) = 'system'"
COVERED = sa.text("covers_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=op.f("fk_routing_rule_association_id_association")),
        sa.ForeignKeyConstraint(["manager_id"], ["member.id"], name=op.f("fk_routing_rule_manager_id_member")),
        sa.UniqueConstraint("association_id", "kind", "region", name=op.f("uq_routing_rule_association_id_kind_region")),
    )
    _wall()
    op.add_column("introduction_request", sa.Column("covers_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_introduction_request_covers_id_member", "introduction_request", "member", ["covers_id"], ["id"])
    op.create_index("ix_request_covers", "introduction_request", ["covers_id"], postgresql_where=COVERED)


def _wall() -> None:
    op.execute("ALTER TABLE routing_rule ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE routing_rule FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON routing_rule TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON routing_rule USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY reading ON routing_rule FOR SELECT USING ({OWN} OR association_id IN (SELECT app_acquainted()))")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON routing_rule TO passerelle_app")


def downgrade() -> None:
    op.drop_index("ix_request_covers", "introduction_request")
    op.drop_constraint("fk_introduction_request_covers_id_member", "introduction_request")
    op.drop_column("introduction_request", "covers_id")
    op.drop_table("routing_rule")
