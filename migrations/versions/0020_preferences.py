"""what a contact chose for themselves, the register of rights, and words that erasure can reach

A contact's own preferences stand beside what the association noted of them; all columns have a server default, so old
code keeps working. A proposed address lies in the vault, where the application's role cannot read it. `partner_wishes`
tells an ally about to write which months and subjects every contact of a listed partner chose: no name, no count of
asks. The timeline is only ever added to; `forget_words` is the one way to take a person's words out of it, for the
system's scope alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0020"
down_revision = "0019"

MINE = "association_id = (SELECT app_association()) OR (SELECT app_scope()) = 'system'"
NOTHING = sa.text("'{}'::text[]")
OPEN = sa.text("done_on IS NULL")
CONTACT = ("preferred_at", "always_ask", "welcomes", "correction_at")

ASKABLE = "{c}.deleted_at IS NULL AND {c}.permission NOT IN ('no_share', 'do_not_contact')"
SEEN = """p.deleted_at IS NULL AND (p.association_id = (SELECT app_association())
  OR (p.visibility = 'listed' AND p.association_id IN (SELECT app_allies())))"""
OTHERS = f"SELECT 1 FROM contact o WHERE o.partner_id = c.partner_id AND {ASKABLE.format(c='o')}"

WISHES = f"""
CREATE VIEW partner_wishes AS
SELECT c.partner_id, count(*)::int AS people,
  ARRAY(SELECT m::smallint FROM generate_series(1, 12) m
    WHERE NOT EXISTS ({OTHERS} AND (o.preferred_at IS NULL OR m <> ALL (o.quiet_months))) ORDER BY m) AS quiet_months,
  CASE WHEN bool_and(cardinality(c.welcomes) > 0) THEN ARRAY(SELECT DISTINCT w FROM contact o, unnest(o.welcomes) w
    WHERE o.partner_id = c.partner_id AND {ASKABLE.format(c="o")} ORDER BY w) ELSE '{{}}'::text[] END AS subjects
FROM contact c JOIN partner p ON p.id = c.partner_id
WHERE {ASKABLE.format(c="c")} AND {SEEN}
GROUP BY c.partner_id
"""

FORGET = """
CREATE FUNCTION forget_words(person uuid, place uuid, house uuid, address text, names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE said text;
BEGIN
  IF app_scope() <> 'system' THEN RAISE insufficient_privilege; END IF;
  UPDATE entry SET details = details - 'text' WHERE details ? 'text' AND (contact_id = person
    OR introduction_id IN (SELECT id FROM introduction WHERE contact_id = person));
  FOREACH said IN ARRAY names LOOP
    UPDATE entry SET details = jsonb_set(details, '{text}', to_jsonb(regexp_replace(details->>'text', said, '…', 'gi')))
      WHERE details->>'text' ~* said AND (partner_id = place
        OR request_id IN (SELECT request_id FROM introduction WHERE contact_id = person));
  END LOOP;
  DELETE FROM import_change WHERE record_id = person;
  DELETE FROM staged_row WHERE association_id = house AND address <> '' AND position(lower(address) IN lower(cells::text)) > 0;
END $$
"""


def upgrade() -> None:
    op.add_column("contact", sa.Column("preferred_at", sa.DateTime(timezone=True)))
    op.add_column("contact", sa.Column("always_ask", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("contact", sa.Column("welcomes", ARRAY(sa.Text()), server_default=NOTHING, nullable=False))
    op.add_column("contact", sa.Column("correction_at", sa.DateTime(timezone=True)))
    op.add_column("channel", sa.Column("proposed_email", sa.Text(), server_default="", nullable=False))
    _make_register()
    op.execute(WISHES)
    op.execute("GRANT SELECT ON partner_wishes TO passerelle_app")
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_words(uuid, uuid, uuid, text, text[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_words(uuid, uuid, uuid, text, text[]) TO passerelle_app")


def _make_register() -> None:
    kinds = ("access", "rectification", "erasure", "objection", "restriction", "withdrawal", "other")
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*kinds, name="right", native_enum=False, length=32), nullable=False),
        sa.Column("contact_id", sa.Uuid()),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["association_id"], ["association.id"], name="fk_rights_request_association_id_association"),
        sa.PrimaryKeyConstraint("id", name="pk_rights_request"),
    )
    op.create_index("ix_rights_request_open", "rights_request", ["association_id", "due_on", "id"], postgresql_where=OPEN)
    op.create_index("ix_rights_request_received", "rights_request", ["association_id", "received_on", "id"])
    op.create_index("ix_rights_request_contact", "rights_request", ["contact_id"])
    op.execute("ALTER TABLE rights_request ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE rights_request FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY steward ON rights_request TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON rights_request USING ({MINE}) WITH CHECK ({MINE})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON rights_request TO passerelle_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_words(uuid, uuid, uuid, text, text[])")
    op.execute("DROP VIEW partner_wishes")
    op.drop_table("rights_request")
    op.drop_column("channel", "proposed_email")
    for name in reversed(CONTACT):
        op.drop_column("contact", name)
