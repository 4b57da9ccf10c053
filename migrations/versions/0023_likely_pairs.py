"""likely pairs: duplicates are sought by a job and kept, and words of a withdrawn note can be forgotten

Comparing every name of a town with every other takes tens of seconds on 100,000 partners: a page reads what a job
found. The timeline stays append-only for the application; one function, and it alone, takes the words out of notes of
its own association, and leaves in their place a keyed fingerprint (an import knows that it has seen them).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0023"
down_revision = "0022"

RULE = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
FORGET = """
CREATE FUNCTION forget_words_of_note(note uuid, mark text) RETURNS bigint
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS
  $$ WITH told AS (
       SELECT id FROM entry WHERE id = note AND what = 'note' AND association_id = app_association()
       UNION ALL
       SELECT c.id FROM entry n JOIN entry c ON c.association_id = n.association_id AND c.partner_id = n.partner_id
       WHERE n.id = note AND n.what = 'note' AND n.association_id = app_association()
         AND c.what = 'note_changed' AND c.details->>'of' = note::text
     ), emptied AS (
       UPDATE entry SET details = (details - 'text') || CASE WHEN what = 'note' THEN jsonb_build_object('mark', coalesce(details->>'mark', mark)) ELSE '{}' END
       WHERE id IN (SELECT id FROM told) RETURNING id
     ) SELECT count(*) FROM emptied $$
"""


def upgrade() -> None:
    op.create_table(
        "likely_pair",
        sa.Column("association_id", sa.Uuid(), sa.ForeignKey("association.id"), nullable=False),
        sa.Column("first_id", sa.Uuid(), primary_key=True),
        sa.Column("second_id", sa.Uuid(), primary_key=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["association_id", "first_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["association_id", "second_id"], ["partner.association_id", "partner.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_likely_pair_score", "likely_pair", ["association_id", sa.text("score DESC"), "first_id", "second_id"])
    op.create_index("ix_likely_pair_second", "likely_pair", ["second_id"])
    op.create_table(
        "pair_search",
        sa.Column("association_id", sa.Uuid(), sa.ForeignKey("association.id"), primary_key=True),
        sa.Column("sought_at", sa.DateTime(timezone=True), nullable=False),
    )
    for table in ("likely_pair", "pair_search"):
        _wall(table)
    living = sa.text("deleted_at IS NULL AND postcode <> ''::text")
    op.create_index("ix_partner_postcode", "partner", ["association_id", "postcode"], postgresql_where=living)
    for line in ("phone", "mobile"):
        op.create_index(f"ix_channel_{line}", "channel", ["association_id", line], postgresql_where=sa.text(f"{line} <> ''::text"))
    tags = sa.text("what IN ('tag_renamed', 'tag_removed')")
    op.create_index("ix_entry_tags", "entry", ["association_id", "at"], postgresql_where=tags)
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_words_of_note(uuid, text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_words_of_note(uuid, text) TO passerelle_app")


def _wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON {table} USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_words_of_note(uuid, text)")
    op.drop_index("ix_entry_tags", "entry")
    for index in ("ix_channel_mobile", "ix_channel_phone"):
        op.drop_index(index, "channel")
    op.drop_index("ix_partner_postcode", "partner")
    op.drop_table("pair_search")
    op.drop_table("likely_pair")
