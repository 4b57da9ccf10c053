"""windows in the walls: what allies may see, what a consent lets through, and how one finds one's own

Views run with the owner's rights and carry their own condition, so that what they leave out cannot be asked for
at all: not by a filter, a sort, a count or a mistake in a template.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

ASKABLE = "c.partner_id = p.id AND c.deleted_at IS NULL AND c.permission NOT IN ('no_share', 'do_not_contact')"

SHOWCASE = f"""
CREATE VIEW showcase AS
SELECT p.id, p.association_id, p.kind, p.name, p.sort_name, p.search, p.type, p.naf, p.uai, p.siren, p.headcount,
  p.town, p.postcode, p.department, p.academy, p.region, p.accepts, p.open_now, p.owner_id,
  ARRAY(SELECT DISTINCT c.role::text FROM contact c WHERE {ASKABLE} ORDER BY 1) AS roles,
  (SELECT count(*) FROM contact c WHERE {ASKABLE})::int AS contact_count
FROM partner p
WHERE p.visibility = 'listed' AND p.deleted_at IS NULL AND p.association_id IN (SELECT app_allies())
"""

GRANTED = """
CREATE VIEW granted_contact AS
SELECT s.introduction_id, s.contact_id, c.civility, c.first_name, c.last_name, c.title, p.name AS partner_name,
  s.fields, s.given_at AS consented_at
FROM consent s JOIN contact c ON c.id = s.contact_id JOIN partner p ON p.id = c.partner_id
WHERE s.to_association_id = (SELECT app_association()) AND s.answer = 'accept' AND s.withdrawn_at IS NULL
  AND c.permission <> 'do_not_contact'
  AND EXISTS (SELECT 1 FROM introduction i WHERE i.id = s.introduction_id AND i.state IN ('introduced', 'closed'))
"""

FINDABLE = """
CREATE VIEW findable AS
SELECT id, search FROM partner WHERE association_id = (SELECT app_association()) AND deleted_at IS NULL
UNION ALL
SELECT partner_id, search FROM contact WHERE association_id = (SELECT app_association()) AND deleted_at IS NULL
"""


def upgrade() -> None:
    for view in (SHOWCASE, GRANTED, FINDABLE):
        op.execute(view)
    op.execute("GRANT SELECT ON showcase, granted_contact, findable TO passerelle_app")
    op.execute("GRANT SELECT ON granted_contact TO passerelle_vault")
    op.execute(
        "CREATE POLICY granted ON channel FOR SELECT TO passerelle_vault"
        " USING (contact_id IN (SELECT contact_id FROM granted_contact))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY granted ON channel")
    op.execute("DROP VIEW findable, granted_contact, showcase")
