"""search: known words against typing errors, windows to find by, indexes for sorts, and saved views

`known_word` holds each word of a book once (letters only, four or more): statement-level triggers learn new ones, a
set at a time, and no unique rule makes one writer wait for another; the nightly `recount_words` drops doubles and
words nobody has any more, and counts. Locks each table briefly while indexes are built; safe at our size.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MINE = "(SELECT app_association())"
SYSTEM = "(SELECT app_scope()) = 'system'"
OWN = f"association_id = {MINE} OR {SYSTEM}"
LIVING = sa.text("deleted_at IS NULL")
CONTACT_NAME = sa.text("fold(last_name || ' ' || first_name)")
REQUEST_WORDS = "fold(number || ' ' || target_name || ' ' || target_town || ' ' || event_name || ' ' || place)"
WORD = "^[[:alpha:]]{4,40}$"

# IS NOT DISTINCT FROM: an index on the association would otherwise be read whole beside the index of words.
WINDOWS = f"""
CREATE VIEW findable_contact AS
SELECT id, association_id, search, fold(last_name || ' ' || first_name) AS name FROM contact WHERE association_id IS NOT DISTINCT FROM (SELECT app_association()) AND deleted_at IS NULL;
CREATE VIEW findable_partner AS
SELECT id, search FROM partner WHERE association_id IS NOT DISTINCT FROM (SELECT app_association()) AND deleted_at IS NULL;
CREATE VIEW findable_request AS
SELECT id, {REQUEST_WORDS} AS search FROM introduction_request
WHERE asking_id = (SELECT app_association()) OR giving_id = (SELECT app_association())
"""

# What a word may be a slip of: itself when some known word begins with it; else those one or two letters away that
# begin, or end, alike. A list of alternatives for a regular expression. Short words and numbers are taken as typed.
SPELT = f"""
CREATE FUNCTION spelt(typed text, of_allies boolean, alike integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
  n integer := length(typed);
  k integer := least(3, (n - 1) / 2);
  last text := chr(1114111);
  houses uuid[] := CASE WHEN of_allies THEN ARRAY(SELECT app_allies()) ELSE ARRAY[app_association()] END;
  slips integer := CASE WHEN n < 6 THEN 1 ELSE 2 END;
  near text;
BEGIN
  IF typed !~ '{WORD}' OR EXISTS (
    SELECT FROM known_word w WHERE w.association_id = ANY (houses) AND w.shown = of_allies
      AND w.word >= typed AND w.word < typed || last)
  THEN
    RETURN typed;
  END IF;
  SELECT string_agg(found.word, '|') INTO near FROM (
    SELECT c.word, min(c.far) AS far, sum(c.uses) AS uses FROM (
      SELECT w.word, w.uses, slips_between(w.word, typed) AS far FROM known_word w
      WHERE w.association_id = ANY (houses) AND w.shown = of_allies
        AND w.word >= left(typed, k) AND w.word < left(typed, k) || last AND length(w.word) BETWEEN n - slips AND n + slips
      UNION ALL
      SELECT w.word, w.uses, slips_between(w.word, typed) FROM known_word w
      WHERE w.association_id = ANY (houses) AND w.shown = of_allies
        AND reverse(w.word) COLLATE "C" >= reverse(right(typed, k)) AND reverse(w.word) COLLATE "C" < reverse(right(typed, k)) || last
        AND length(w.word) BETWEEN n - slips AND n + slips
    ) c WHERE c.far <= slips
    GROUP BY c.word ORDER BY min(c.far), sum(c.uses) DESC, c.word LIMIT alike
  ) found;
  RETURN concat_ws('|', typed, near);
END $$
"""

# Letters to change between two words; two neighbours swapped are one slip, which levenshtein counts as two.
SLIPS = """
CREATE FUNCTION slips_between(known text, typed text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public AS $$
  SELECT CASE WHEN far = 2 AND length(known) = length(typed)
      AND ARRAY(SELECT unnest(string_to_array(known, NULL)) ORDER BY 1) = ARRAY(SELECT unnest(string_to_array(typed, NULL)) ORDER BY 1)
    THEN 1 ELSE far END
  FROM (SELECT levenshtein_less_equal(known, typed, 2) AS far) f
$$
"""

LEARN = """
CREATE FUNCTION learn_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  -- EXCEPT and no join: a plan kept from an update of one row would compare ten thousand rows pair by pair (17 s)
  IF TG_OP = 'UPDATE' THEN
    IF NOT EXISTS (SELECT f.id, f.search, f.deleted_at IS NULL, <listed f> FROM fresh f
        EXCEPT SELECT s.id, s.search, s.deleted_at IS NULL, <listed s> FROM stale s) THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO known_word (association_id, shown, word)
  SELECT r.association_id, r.shown, r.word FROM (
    SELECT DISTINCT f.association_id, s.shown, w.word COLLATE "C" AS word FROM fresh f
      CROSS JOIN LATERAL unnest(<shown>) s(shown)
      CROSS JOIN LATERAL string_to_table(f.search, ' ') w(word)
    WHERE f.deleted_at IS NULL AND w.word ~ '<word>'
  ) r WHERE NOT EXISTS (
    SELECT FROM known_word k WHERE k.association_id = r.association_id AND k.shown = r.shown AND k.word = r.word);
  RETURN NULL;
END $$
"""
TABLES = {
    "partner": {
        "<listed f>": "f.visibility",
        "<listed s>": "s.visibility",
        "<shown>": "CASE WHEN f.visibility = 'listed' THEN ARRAY[false, true] ELSE ARRAY[false] END",
    },
    "contact": {"<listed f>": "true", "<listed s>": "true", "<shown>": "ARRAY[false]"},
}

# A word that few rows had goes with the last of them: nothing of somebody erased stays behind. The others wait for
# the night: whether a common word is still there is dear to ask.
FORGET = f"""
CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT FROM stale LIMIT 21) few) > 20 THEN
    RETURN NULL;
  END IF;
  DELETE FROM known_word k USING (
    SELECT DISTINCT s.association_id, w.word COLLATE "C" AS word FROM stale s CROSS JOIN LATERAL string_to_table(s.search, ' ') w(word)
    WHERE w.word ~ '{WORD}'
  ) lost
  WHERE k.association_id = lost.association_id AND k.word = lost.word AND k.uses < 20
    AND NOT EXISTS (SELECT FROM partner p WHERE p.association_id = k.association_id AND p.search ~ ('(^| )' || k.word || '( |$)')
      AND (NOT k.shown OR p.visibility = 'listed'))
    AND (k.shown OR NOT EXISTS (SELECT FROM contact c WHERE c.association_id = k.association_id
      AND c.search ~ ('(^| )' || k.word || '( |$)')));
  RETURN NULL;
END $$
"""

RECOUNT = f"""
CREATE FUNCTION recount_words() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  kept bigint;
BEGIN
  IF app_scope() <> 'system' THEN
    RAISE EXCEPTION 'only the system counts words';
  END IF;
  LOCK TABLE known_word IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM known_word;
  INSERT INTO known_word (association_id, shown, word, uses)
  SELECT association_id, shown, word COLLATE "C", count(*) FROM (
    SELECT p.association_id, s.shown, w.word FROM partner p
      CROSS JOIN LATERAL unnest(CASE WHEN p.visibility = 'listed' THEN ARRAY[false, true] ELSE ARRAY[false] END) s(shown)
      CROSS JOIN LATERAL string_to_table(p.search, ' ') w(word) WHERE p.deleted_at IS NULL
    UNION ALL
    SELECT c.association_id, false, w.word FROM contact c CROSS JOIN LATERAL string_to_table(c.search, ' ') w(word)
    WHERE c.deleted_at IS NULL
  ) said WHERE word ~ '{WORD}' GROUP BY 1, 2, 3;
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA public")
    _tables()
    _indexes()
    for statement in (WINDOWS, SLIPS, SPELT, FORGET, RECOUNT):
        op.execute(statement)
    op.execute("GRANT SELECT ON findable_contact, findable_partner, findable_request TO passerelle_app")
    for table, terms in TABLES.items():
        _triggers(table, _learning({"learn_words": f"learn_{table}_words", "<word>": WORD, **terms}))
    op.execute("SELECT set_config('app.scope', 'system', true)")
    op.execute("SELECT recount_words()")


def _tables() -> None:
    whose = (sa.Column("association_id", sa.Uuid(), sa.ForeignKey("association.id"), nullable=False),)
    op.create_table(
        "known_word", sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")), *whose,
        sa.Column("shown", sa.Boolean(), nullable=False), sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="1", nullable=False),
    )  # fmt: skip
    _wall("known_word", "SELECT", OWN)


def _wall(table: str, grants: str, rule: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY steward ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule})")
    op.execute(f"GRANT {grants} ON {table} TO passerelle_app")


def _indexes() -> None:
    op.create_index("ix_known_word", "known_word", ["association_id", "shown", "word"])
    op.create_index("ix_known_word_end", "known_word", ["association_id", "shown", sa.text("reverse(word)")])
    op.create_index("ix_contact_name", "contact", ["association_id", CONTACT_NAME, "id"], postgresql_where=LIVING)
    op.create_index("ix_partner_siren", "partner", ["association_id", "siren"], postgresql_where=LIVING)
    op.create_index("ix_partner_town", "partner", ["association_id", sa.text("fold(town)"), "id"], postgresql_where=LIVING)
    op.create_index("ix_partner_created", "partner", ["association_id", "created_at", "id"], postgresql_where=LIVING)
    op.execute(f"CREATE INDEX ix_request_search ON introduction_request USING gin (({REQUEST_WORDS}) gin_trgm_ops)")


def _learning(terms: dict[str, str]) -> str:
    said = LEARN
    for term, words in terms.items():
        said = said.replace(term, words)
    return said


def _triggers(table: str, learn: str) -> None:
    op.execute(learn)
    both, new, old = "NEW TABLE AS fresh OLD TABLE AS stale", "NEW TABLE AS fresh", "OLD TABLE AS stale"
    for event, seen, does in (
        ("INSERT", new, f"learn_{table}_words"), ("UPDATE", both, f"learn_{table}_words"), ("DELETE", old, "forget_words"),
    ):  # fmt: skip
        name = f"{table}_words_{event.lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {does}()")


def downgrade() -> None:
    for table in TABLES:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_words_{event} ON {table}")
        op.execute(f"DROP FUNCTION learn_{table}_words()")
    op.execute("DROP FUNCTION forget_words(), recount_words(), spelt(text, boolean, integer), slips_between(text, text)")
    op.execute("DROP VIEW findable_request, findable_partner, findable_contact")
    op.execute("DROP INDEX ix_request_search")
    for name in ("ix_partner_created", "ix_partner_town", "ix_partner_siren"):
        op.drop_index(name, "partner")
    op.drop_index("ix_contact_name", "contact")
    op.drop_table("known_word")
    op.execute("DROP EXTENSION fuzzystrmatch")
