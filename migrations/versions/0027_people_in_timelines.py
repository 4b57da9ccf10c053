"""people in timelines: what a timeline says of a contact is found by an index, also when it must be forgotten

Erasing one person read every line of every association. Lines about somebody are found by an index of their own, those
of their requests by the one that stands. Builds the index while lines cannot be added: seconds for a million lines.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

FORGET = """
CREATE OR REPLACE FUNCTION forget_words(person uuid, place uuid, house uuid, address text, names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE said text; met record;
BEGIN
  IF app_scope() <> 'system' THEN RAISE insufficient_privilege; END IF;
  UPDATE entry SET details = details - 'text' WHERE contact_id = person AND details ? 'text';
  FOR met IN SELECT id, request_id, asking_id, giving_id FROM introduction WHERE contact_id = person LOOP
    UPDATE entry SET details = details - 'text' WHERE association_id IN (met.asking_id, met.giving_id)
      AND request_id = met.request_id AND introduction_id = met.id AND details ? 'text';
  END LOOP;
  FOREACH said IN ARRAY names LOOP
    UPDATE entry SET details = jsonb_set(details, '{text}', to_jsonb(regexp_replace(details->>'text', said, '…', 'gi')))
      WHERE association_id = house AND partner_id = place AND details->>'text' ~* said;
    FOR met IN SELECT DISTINCT request_id, asking_id, giving_id FROM introduction WHERE contact_id = person LOOP
      UPDATE entry SET details = jsonb_set(details, '{text}', to_jsonb(regexp_replace(details->>'text', said, '…', 'gi')))
        WHERE association_id IN (met.asking_id, met.giving_id) AND request_id = met.request_id AND details->>'text' ~* said;
    END LOOP;
  END LOOP;
  DELETE FROM import_change WHERE record_id = person;
  DELETE FROM staged_row WHERE association_id = house AND address <> '' AND position(lower(address) IN lower(cells::text)) > 0;
END $$
"""
BEFORE = """
CREATE OR REPLACE FUNCTION forget_words(person uuid, place uuid, house uuid, address text, names text[]) RETURNS void
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
    op.create_index("ix_entry_contact", "entry", ["contact_id", "at"], postgresql_where=sa.text("contact_id IS NOT NULL"))
    op.execute(FORGET)


def downgrade() -> None:
    op.execute(BEFORE)
    op.drop_index("ix_entry_contact", "entry")
