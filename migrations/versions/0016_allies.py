"""who visits comes with the associations theirs is bound to

The common directory, a record and the request form each asked for them: one statement less on these pages.
The function is replaced: code that reads its first columns goes on working.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

OLD_COLUMNS = """session_id uuid, created_at timestamptz, user_id uuid, association_id uuid, email text,
    first_name text, last_name text, title text, language text, roles text[], name text, short text, bank text,
    of_name text, requests bigint, tasks bigint"""
OLD_VALUES = """s.id, s.created_at, m.id, m.association_id, m.email, m.first_name, m.last_name, m.title, m.language,
       m.roles, a.name, a.short, a.bank, a.of_name,
       CASE WHEN 'manager' = ANY (m.roles) THEN
         (SELECT count(*) FROM introduction_request r WHERE r.giving_id = m.association_id AND r.state = 'submitted')
       ELSE 0 END,
       (SELECT count(*) FROM task t WHERE t.association_id = m.association_id AND t.assignee_id = m.id
          AND t.done_on IS NULL AND t.due_on <= today)"""
ALLIES = """,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(b.id, b.name, b.short, b.bank, b.of_name) ORDER BY b.name), '[]')
          FROM association b WHERE b.id IN (
            SELECT CASE WHEN c.first_id = a.id THEN c.second_id ELSE c.first_id END FROM convention c
            WHERE (c.first_id = a.id OR c.second_id = a.id) AND c.starts_on <= today AND c.ends_on >= today))"""
FROM = """FROM user_session s JOIN member m ON m.id = s.user_id JOIN association a ON a.id = m.association_id
     WHERE s.token_hash = token AND s.ended_at IS NULL AND m.is_active"""


def _replace(columns: str, values: str) -> None:
    op.execute("DROP FUNCTION visitor(text, date)")
    op.execute(
        f"CREATE FUNCTION visitor(token text, today date) RETURNS TABLE ({columns}) LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public AS $$ SELECT {values} {FROM} $$"
    )
    op.execute("REVOKE ALL ON FUNCTION visitor(text, date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION visitor(text, date) TO passerelle_app")


def upgrade() -> None:
    _replace(OLD_COLUMNS + ", allies jsonb", OLD_VALUES + ALLIES)


def downgrade() -> None:
    _replace(OLD_COLUMNS, OLD_VALUES)
