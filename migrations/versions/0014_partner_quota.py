"""how much a partner was asked, for whoever may ask: a count, a limit and the day it is free again

Asks are read by the giving association only. An ally about to write needs less: this view tells it, of a partner that
is listed under a convention in force, how many asks count now out of how many, and from which day one more respects the
rules. No date of an ask, no contact, nothing of a hidden partner. It is the rule of introductions/fatigue.py in SQL,
with the defaults of introductions/rules.py; a test holds the two side by side. A view: no lock, no data.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

ASKABLE = "c.deleted_at IS NULL AND c.permission NOT IN ('no_share', 'do_not_contact')"
SEEN = """p.deleted_at IS NULL AND (p.association_id = (SELECT app_association())
  OR (p.visibility = 'listed' AND p.association_id IN (SELECT app_allies())))"""

QUOTA = f"""
CREATE VIEW partner_quota AS
SELECT c.partner_id, sum(counted.asks)::int AS asks, sum(house.asks_limit)::int AS allowed,
  bool_and(house.asks_limit = 0 OR free.day > app_today()) AS resting,
  min(free.day) FILTER (WHERE house.asks_limit > 0) AS free_on
FROM contact c JOIN partner p ON p.id = c.partner_id JOIN association a ON a.id = c.association_id
CROSS JOIN LATERAL (SELECT
    coalesce(c.asks_per_quarter, (a.rules->>'asks_limit')::int, 2) AS asks_limit,
    coalesce((a.rules->>'asks_window_days')::int, 90) AS asks_window,
    coalesce((a.rules->>'asks_gap_days')::int, 14) AS gap) house
CROSS JOIN LATERAL (SELECT count(*) AS asks, max(asked.day) AS last,
    (array_agg(asked.day ORDER BY asked.day DESC))[house.asks_limit] AS first_of_limit
  FROM (SELECT (k.asked_at AT TIME ZONE 'Europe/Paris')::date AS day FROM ask k WHERE k.contact_id = c.id
    AND k.asked_at >= (app_today() - house.asks_window + 1)::timestamp AT TIME ZONE 'Europe/Paris') asked) counted
CROSS JOIN LATERAL (SELECT greatest(app_today(), counted.last + house.gap, counted.first_of_limit + house.asks_window) AS day) ruled
CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT min(later.day) FROM (SELECT (date_trunc('month', ruled.day::timestamp) + n * interval '1 month')::date AS day
        FROM generate_series(1, 12) n) later
      WHERE extract(month FROM ruled.day)::int = ANY (c.quiet_months)
        AND extract(month FROM later.day)::int <> ALL (c.quiet_months)), ruled.day) AS day) free
WHERE {ASKABLE} AND {SEEN}
GROUP BY c.partner_id
"""


def upgrade() -> None:
    op.execute(QUOTA)
    op.execute("GRANT SELECT ON partner_quota TO passerelle_app")


def downgrade() -> None:
    op.execute("DROP VIEW partner_quota")
