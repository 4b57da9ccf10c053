"""imports: a file waits, is checked row by row, goes in by a job, and can be taken back

The file and its rows stay in the database (never on the disk of a web server) behind the same walls as the book.
An objection that an import brought names it, so that undoing a wrong file takes back its wrong objections and no
others. Existing imports are done, and cannot be undone: nothing was written down for that.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0012"
down_revision = "0011"

STATES = ("reading", "unreadable", "sorting", "open", "importing", "done", "undoing", "undone", "left", "failed")
LANES = ("ready", "check", "refused", "aside", "skipped", "imported")
OF_THE_MODEL = ("informed", "state", "message", "total", "progress", "stumbles", "objections_due", "kept")
UNDER_WAY = sa.text("state IN ('reading', 'sorting', 'importing', 'undoing')")
IMPORTED = sa.text("import_id IS NOT NULL")
TABLES = ("import_file", "staged_row", "import_mapping", "import_change")
OWN = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"


def _added() -> list[sa.Column]:
    return [
        sa.Column("informed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("state", sa.Enum(*STATES, name="importstate", native_enum=False, length=32), nullable=False, server_default="done"),
        sa.Column("message", sa.Text(), nullable=False, server_default=""),
        sa.Column("total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("progress", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("stumbles", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("objections_due", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("imported_at", sa.DateTime(timezone=True)),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("kept", JSONB(), nullable=False, server_default="[]"),
    ]


def upgrade() -> None:
    for column in _added():
        op.add_column("import_batch", column)
    for name in OF_THE_MODEL:
        op.alter_column("import_batch", name, server_default=None)
    op.create_index("ix_import_batch_history", "import_batch", ["association_id", "created_at", "id"])
    op.create_index("ix_import_batch_under_way", "import_batch", ["created_at"], postgresql_where=UNDER_WAY)
    op.create_index("ix_partner_import", "partner", ["import_id"], postgresql_where=IMPORTED)
    op.create_index("ix_contact_import", "contact", ["import_id"], postgresql_where=IMPORTED)
    _tables()
    for table in TABLES:
        _wall(table)
    _objections()


def _owned(name: str, *columns: sa.Column | sa.Constraint, identified: bool = True) -> None:
    own = [sa.Column("association_id", sa.Uuid(), nullable=False)]
    if identified:
        own += [sa.Column("id", sa.Uuid(), nullable=False), sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)]
        own += [sa.PrimaryKeyConstraint("id", name=f"pk_{name}")]
    of = sa.ForeignKeyConstraint(["association_id"], ["association.id"], name=f"fk_{name}_association_id_association")
    op.create_table(name, *columns, *own, of)


def _of_batch(name: str) -> tuple[sa.Column, sa.Constraint]:
    of = sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=f"fk_{name}_batch_id_import_batch", ondelete="CASCADE")
    return sa.Column("batch_id", sa.Uuid(), nullable=False), of


def _tables() -> None:
    whole = sa.PrimaryKeyConstraint("batch_id", name="pk_import_file")
    _owned("import_file", *_of_batch("import_file"), sa.Column("content", sa.LargeBinary(), nullable=False), whole, identified=False)
    _owned(
        "staged_row",
        *_of_batch("staged_row"),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", JSONB(), nullable=False),
        sa.Column("parsed", JSONB(), nullable=False),
        sa.Column("lane", sa.Enum(*LANES, name="lane", native_enum=False, length=32), nullable=False),
        sa.Column("issues", ARRAY(sa.Text()), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text()),
        sa.Column("likely", JSONB(), nullable=False),
        sa.Column("same_as", sa.Uuid()),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("turn", sa.Integer()),
        sa.UniqueConstraint("association_id", "batch_id", "place", name="uq_staged_row_association_id_batch_id_place"),
    )
    op.create_index("ix_staged_row_lane", "staged_row", ["batch_id", "lane", "place"])
    op.create_index("ix_staged_row_turn", "staged_row", ["batch_id", "turn", "place"], postgresql_where=sa.text("turn IS NOT NULL"))
    unique = sa.UniqueConstraint("association_id", "layout", name="uq_import_mapping_association_id_layout")
    _owned("import_mapping", sa.Column("layout", sa.Text(), nullable=False), sa.Column("columns", JSONB(), nullable=False), unique)
    _owned(
        "import_change",
        *_of_batch("import_change"),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
    )
    op.create_index("ix_import_change_batch", "import_change", ["batch_id", "nth"])


def _wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON {table} USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_app")


def _objections() -> None:
    """An association may take back what its own imports said, never what a person said."""
    op.add_column("suppression", sa.Column("import_id", sa.Uuid()))
    op.create_foreign_key("fk_suppression_import_id_import_batch", "suppression", "import_batch", ["import_id"], ["id"], ondelete="SET NULL")
    op.execute("GRANT UPDATE (import_id), DELETE ON suppression TO passerelle_app")
    op.execute(
        "CREATE POLICY taken_back ON suppression AS RESTRICTIVE FOR DELETE TO passerelle_app"
        " USING (import_id IN (SELECT id FROM import_batch))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY taken_back ON suppression")
    op.execute("REVOKE UPDATE (import_id), DELETE ON suppression FROM passerelle_app")
    op.drop_column("suppression", "import_id")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_contact_import", "contact")
    op.drop_index("ix_partner_import", "partner")
    op.drop_index("ix_import_batch_under_way", "import_batch")
    op.drop_index("ix_import_batch_history", "import_batch")
    for column in reversed(_added()):
        op.drop_column("import_batch", column.name)
