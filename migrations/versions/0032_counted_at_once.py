"""a try counted in one round trip: for the search box, which answers as one types

The function counts and notes, as throttle.count does in three statements, and does not wait for the disk: what a power
cut forgets of the last second's searches harms nobody. Two at the same instant may pass one beyond the limit.
"""

from alembic import op

revision = "0032"
down_revision = "0031"

COUNTED = """
CREATE FUNCTION counted_at_once(try_id uuid, subject text, tried_at timestamptz, since timestamptz, most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  IF (SELECT count(*) FROM sign_in_attempt WHERE key = subject AND created_at > since) >= most THEN RETURN false; END IF;
  INSERT INTO sign_in_attempt (id, created_at, key) VALUES (try_id, tried_at, subject);
  RETURN true;
END $$
"""


def upgrade() -> None:
    op.execute(COUNTED)


def downgrade() -> None:
    op.execute("DROP FUNCTION counted_at_once(uuid, text, timestamptz, timestamptz, integer)")
