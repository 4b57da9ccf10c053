"""actions under a commitment, and an index for the ledger

What was done outside a request is a row of two associations: the one that noted it and the one whose word is asked.
Only the first may add it. The partial index finds the requests first sent in a period without reading the rest of the
timeline.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

MINE = "(SELECT app_association())"
SYSTEM = "(SELECT app_scope()) = 'system'"
SIDES = f"asking_id = {MINE} OR giving_id = {MINE} OR {SYSTEM}"
STATES = ("noted", "confirmed", "contested", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asking_id", sa.Uuid(), nullable=False),
        sa.Column("giving_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("commitment", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("numbers", JSONB(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="actionstate", native_enum=False, length=32), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.ForeignKeyConstraint(["asking_id"], ["association.id"], name=op.f("fk_action_asking_id_association")),
        sa.ForeignKeyConstraint(["giving_id"], ["association.id"], name=op.f("fk_action_giving_id_association")),
        sa.ForeignKeyConstraint(["done_by_id"], ["association.id"], name=op.f("fk_action_done_by_id_association")),
        sa.ForeignKeyConstraint(["convention_id"], ["convention.id"], name=op.f("fk_action_convention_id_convention")),
    )
    op.create_index("ix_action_convention", "action", ["convention_id", "done_on"])
    op.create_index("ix_action_giving", "action", ["giving_id", "state"])
    op.create_index("ix_action_asking", "action", ["asking_id", "state"])
    op.create_index("ix_entry_submitted", "entry", ["association_id", "at", "request_id"], postgresql_where=sa.text("what = 'submit'"))
    _wall()


def _wall() -> None:
    op.execute("ALTER TABLE action ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE action FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON action TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reading ON action FOR SELECT USING ({SIDES})")
    op.execute(f"CREATE POLICY noting ON action FOR INSERT WITH CHECK (asking_id = {MINE} OR {SYSTEM})")
    op.execute(f"CREATE POLICY answering ON action FOR UPDATE USING ({SIDES}) WITH CHECK ({SIDES})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON action TO passerelle_app")


def downgrade() -> None:
    op.drop_index("ix_entry_submitted", "entry")
    op.drop_table("action")
