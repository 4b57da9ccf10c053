"""how words are folded, so that "societe generale" finds "Société Générale"

`unaccent` and `pg_trgm` are trusted extensions: the owner of the database may create them. The wrapper is
declared immutable, which is true as long as nobody edits the unaccent dictionary under our feet.
"""

from alembic import op

revision = "0001"
down_revision = None

FOLD = """
CREATE FUNCTION fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT trim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)), '[^[:alnum:]]+', ' ', 'g'))
$$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
    op.execute(FOLD)
    op.execute("CREATE SEQUENCE request_number")


def downgrade() -> None:
    op.execute("DROP SEQUENCE request_number")
    op.execute("DROP FUNCTION fold(text)")
