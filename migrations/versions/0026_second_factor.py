"""a second factor that opens nothing by itself, recovery codes as keyed fingerprints, an address that waits for its proof

`second_factor` holds no key: a key is made again from the row's random id and the secret of the installation, as the
links of letters are, so a copy of the database signs nobody in. `last_step` is the half minute of the last code taken.
All three are the door's alone, like `credential`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

DOOR = "(SELECT app_scope()) IN ('door', 'system')"
TABLES = ("second_factor", "recovery_code", "address_change")


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["member.id"], ondelete="CASCADE", name="fk_second_factor_user_id_member"),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["user_id"], ["member.id"], ondelete="CASCADE", name="fk_recovery_code_user_id_member"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_user", "recovery_code", ["user_id"])
    op.create_table(
        "address_change",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["member.id"], ondelete="CASCADE", name="fk_address_change_user_id_member"),
        sa.PrimaryKeyConstraint("user_id", name="pk_address_change"),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY scope ON {table} USING ({DOOR}) WITH CHECK ({DOOR})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
