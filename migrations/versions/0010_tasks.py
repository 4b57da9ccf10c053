"""tasks: what a member means to do, by when, for whom; and the trash in the order it fills

The table is one association's own. A task of the clock carries a key, unique: each silence of a partner gives one task,
once. Deleting a partner for good takes its tasks along; a request or a contact that goes only lets go of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MINE = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
DUE = sa.text("coalesce(due_on, '9999-12-31'::date)")
OPEN, DONE = sa.text("done_on IS NULL"), sa.text("done_on IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), sa.ForeignKey("association.id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("assignee_id", sa.Uuid(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("contact_id", sa.Uuid(), sa.ForeignKey("contact.id", ondelete="SET NULL")),
        sa.Column("request_id", sa.Uuid(), sa.ForeignKey("introduction_request.id", ondelete="SET NULL")),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("done_on", sa.Date()),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["association_id", "partner_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("association_id", "key"),
    )
    op.create_index("ix_task_assignee", "task", ["association_id", "assignee_id", DUE, "id"], postgresql_where=OPEN)
    op.create_index("ix_task_open", "task", ["association_id", DUE, "id"], postgresql_where=OPEN)
    op.create_index("ix_task_done", "task", ["association_id", "done_on", "id"], postgresql_where=DONE)
    op.create_index("ix_task_partner", "task", ["association_id", "partner_id"])
    op.create_index("ix_task_request", "task", ["request_id"])
    op.create_index("ix_task_contact", "task", ["contact_id"])
    op.create_index("ix_partner_trash", "partner", ["association_id", "deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL"))
    op.create_index("ix_contact_trash", "contact", ["association_id", "deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL"))
    _wall()


def _wall() -> None:
    op.execute("ALTER TABLE task ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON task TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON task USING ({MINE}) WITH CHECK ({MINE})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON task TO passerelle_app")


def downgrade() -> None:
    op.drop_index("ix_contact_trash", "contact")
    op.drop_index("ix_partner_trash", "partner")
    op.drop_table("task")
