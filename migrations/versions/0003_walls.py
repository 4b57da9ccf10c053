"""walls between associations: row-level policies, and a vault for e-mail addresses and telephones

Every table is under FORCE ROW LEVEL SECURITY. The steward policy lets the owner role migrate and dump; the
application's role (passerelle_app, neither owner nor superuser) sees only what `scope.announce` declared for the
transaction. Settings are transaction-local: a pooled connection carries nothing over.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

MINE = "(SELECT app_association())"
SYSTEM = "(SELECT app_scope()) = 'system'"
DOOR = "(SELECT app_scope()) IN ('door', 'system')"
OWN = f"association_id = {MINE} OR {SYSTEM}"
SIDES = f"asking_id = {MINE} OR giving_id = {MINE} OR {SYSTEM}"
TO_ALLIES = f"{OWN} OR {DOOR} OR association_id IN (SELECT app_acquainted())"

ALL = "SELECT, INSERT, UPDATE, DELETE"
# table: (grants to the application, who may read and change, who may add when that is wider)
WALLS = {
    "association": ("SELECT, INSERT, UPDATE", f"id = {MINE} OR {SYSTEM}", None),
    "member": (ALL, f"association_id = {MINE} OR {DOOR}", None),
    "credential": (ALL, DOOR, None),
    "user_session": (ALL, DOOR, None),
    "sign_in_attempt": (ALL, DOOR, None),
    "link": (ALL, f"{OWN} OR {DOOR}", TO_ALLIES),
    "convention": (ALL, f"first_id = {MINE} OR second_id = {MINE} OR {DOOR}", None),
    "commitment": (ALL, SYSTEM, None),
    "partner": (ALL, OWN, None),
    "contact": (ALL, OWN, None),
    "channel": ("SELECT (contact_id, association_id, email_key), INSERT, UPDATE, DELETE", OWN, None),
    "import_batch": (ALL, OWN, None),
    "imported_row": (ALL, OWN, None),
    "introduction_request": (ALL, SIDES, None),
    "introduction": (ALL, SIDES, None),
    "outcome": (ALL, SIDES, None),
    "ask": (ALL, OWN, None),
    "consent": (ALL, OWN, None),
    "entry": ("SELECT, INSERT", OWN, TO_ALLIES),
    "message": (ALL, OWN, TO_ALLIES),
    "reminder": (ALL, SYSTEM, None),
    "suppression": ("SELECT, INSERT", "true", None),
}
# what everybody may read although only some may change it
READABLE = {
    "association": "true",
    "commitment": "true",
    "member": f"association_id = {MINE} OR {DOOR} OR association_id IN (SELECT app_acquainted())",
}

FUNCTIONS = """
CREATE FUNCTION app_association() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('app.association', true), '')::uuid $$;
CREATE FUNCTION app_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('app.scope', true), '') $$;
CREATE FUNCTION app_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('app.today', true), '')::date, current_date) $$;
CREATE FUNCTION app_acquainted() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT CASE WHEN first_id = app_association() THEN second_id ELSE first_id END FROM convention
     WHERE app_association() IN (first_id, second_id) $$;
CREATE FUNCTION app_allies() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT CASE WHEN first_id = app_association() THEN second_id ELSE first_id END FROM convention
     WHERE app_association() IN (first_id, second_id) AND app_today() BETWEEN starts_on AND ends_on $$;
CREATE FUNCTION visitor(token text)
  RETURNS TABLE (session_id uuid, created_at timestamptz, user_id uuid, association_id uuid, email text,
    first_name text, last_name text, title text, language text, roles text[], name text, short text, bank text,
    of_name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT s.id, s.created_at, m.id, m.association_id, m.email, m.first_name, m.last_name, m.title, m.language,
       m.roles, a.name, a.short, a.bank, a.of_name
     FROM user_session s JOIN member m ON m.id = s.user_id JOIN association a ON a.id = m.association_id
     WHERE s.token_hash = token AND s.ended_at IS NULL AND m.is_active $$;
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute("GRANT USAGE ON SCHEMA public TO passerelle_app, passerelle_vault")
    op.execute("GRANT USAGE ON SEQUENCE request_number TO passerelle_app")
    for table, (grants, rule, adding) in WALLS.items():
        _wall(table, grants, rule, adding)
    for table, rule in READABLE.items():
        op.execute(f"CREATE POLICY reading ON {table} FOR SELECT USING ({rule})")
    op.execute("GRANT SELECT ON channel TO passerelle_vault")


def _wall(table: str, grants: str, rule: str, adding: str | None) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule})")
    if adding:
        op.execute(f"CREATE POLICY posting ON {table} FOR INSERT WITH CHECK ({adding})")
    op.execute(f"GRANT {grants} ON {table} TO passerelle_app")


def downgrade() -> None:
    for table in WALLS:
        for policy in ("steward", "scope", "posting", "reading"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM passerelle_app, passerelle_vault")
    op.execute("REVOKE ALL ON SEQUENCE request_number FROM passerelle_app")
    op.execute("REVOKE ALL ON SCHEMA public FROM passerelle_app, passerelle_vault")
    op.execute("DROP FUNCTION visitor(text), app_allies(), app_acquainted(), app_today(), app_scope(), app_association()")
