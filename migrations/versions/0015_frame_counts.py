"""who visits comes with what waits for them

Every page shows how many requests wait for a manager and how many tasks are due; asking with the session saves a
statement on each of them. The function is replaced: old code that reads its first columns goes on working.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

OLD_COLUMNS = """session_id uuid, created_at timestamptz, user_id uuid, association_id uuid, email text,
    first_name text, last_name text, title text, language text, roles text[], name text, short text, bank text,
    of_name text"""
OLD_VALUES = """s.id, s.created_at, m.id, m.association_id, m.email, m.first_name, m.last_name, m.title, m.language,
       m.roles, a.name, a.short, a.bank, a.of_name"""
COUNTS = """,
       CASE WHEN 'manager' = ANY (m.roles) THEN
         (SELECT count(*) FROM introduction_request r WHERE r.giving_id = m.association_id AND r.state = 'submitted')
       ELSE 0 END,
       (SELECT count(*) FROM task t WHERE t.association_id = m.association_id AND t.assignee_id = m.id
          AND t.done_on IS NULL AND t.due_on <= today)"""
FROM = """FROM user_session s JOIN member m ON m.id = s.user_id JOIN association a ON a.id = m.association_id
     WHERE s.token_hash = token AND s.ended_at IS NULL AND m.is_active"""


def _replace(old: str, arguments: str, columns: str, values: str) -> None:
    op.execute(f"DROP FUNCTION visitor({old})")
    op.execute(
        f"CREATE FUNCTION visitor({arguments}) RETURNS TABLE ({columns}) LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public AS $$ SELECT {values} {FROM} $$"
    )


def upgrade() -> None:
    _replace("text", "token text, today date", OLD_COLUMNS + ", requests bigint, tasks bigint", OLD_VALUES + COUNTS)
    op.execute("REVOKE ALL ON FUNCTION visitor(text, date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION visitor(text, date) TO passerelle_app")


def downgrade() -> None:
    _replace("text, date", "token text", OLD_COLUMNS, OLD_VALUES)
