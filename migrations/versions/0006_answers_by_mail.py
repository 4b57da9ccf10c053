"""answers by mail land on the record

Two tables: mail that was received, and its files; each row belongs to the association that may read it. Words of an
ally's contact (`borrowed`) are seen only while that contact's consent is in force, and files only with their mail. An
index finds the letter that a mail answers by its Message-ID. New tables and one index: brief locks, safe at our size.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

WAITING = sa.text("doubt <> '' AND settled_at IS NULL")
MINE = "association_id = (SELECT app_association())"
SYSTEM = "(SELECT app_scope()) = 'system'"
RULES = {
    "inbound_mail": f"{SYSTEM} OR ({MINE} AND (NOT borrowed OR introduction_id IN (SELECT introduction_id FROM granted_contact)))",
    "inbound_file": f"{SYSTEM} OR ({MINE} AND EXISTS (SELECT 1 FROM inbound_mail m WHERE m.id = mail_id))",
}


def upgrade() -> None:
    _make_mail()
    _make_file()
    op.create_index("ix_message_message_id", "message", ["message_id"])
    for table, rule in RULES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_app")


def _make_mail() -> None:
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Enum("contact", "member", "unknown", "machine", name="sender", native_enum=False, length=32), nullable=False),
        sa.Column("contact_id", sa.Uuid()),
        sa.Column("user_id", sa.Uuid()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("from_name", "from_address", "subject", "text", "quoted")),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("back_on", sa.Date()),
        sa.Column("written_at", sa.DateTime(timezone=True)),
        sa.Column("request_id", sa.Uuid()),
        sa.Column("introduction_id", sa.Uuid()),
        sa.Column("borrowed", sa.Boolean(), nullable=False),
        sa.Column("doubt", sa.String(length=32), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("named_files", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name="fk_inbound_mail_association_id_association"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_mail"),
        sa.UniqueConstraint("association_id", "key", name="uq_inbound_mail_association_id_key"),
    )
    op.create_index("ix_inbound_mail_request", "inbound_mail", ["association_id", "request_id", "created_at"])
    op.create_index("ix_inbound_mail_waiting", "inbound_mail", ["association_id", "created_at", "id"], postgresql_where=WAITING)
    op.create_index("ix_inbound_mail_contact", "inbound_mail", ["contact_id", "created_at"])
    op.create_index("ix_inbound_mail_key", "inbound_mail", ["key"])


def _make_file() -> None:
    op.create_table(
        "inbound_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name="fk_inbound_file_association_id_association"),
        sa.ForeignKeyConstraint(["mail_id"], ["inbound_mail.id"], name="fk_inbound_file_mail_id_inbound_mail", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_file"),
    )
    op.create_index("ix_inbound_file_mail", "inbound_file", ["mail_id", "number"])


def downgrade() -> None:
    op.drop_index("ix_message_message_id", "message")
    op.drop_table("inbound_file")
    op.drop_table("inbound_mail")
