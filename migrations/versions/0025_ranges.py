"""ranges on an association's own fields

The index of own fields learns to find who holds a field at all, whatever its value: a range of numbers or days then
looks at those partners, not at the whole book. It answers for single values as before. Rebuilt under a lock; a second
for 100,000 partners.
"""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.drop_index("ix_partner_extra", "partner")
    op.create_index("ix_partner_extra", "partner", ["extra"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_partner_extra", "partner")
    op.create_index("ix_partner_extra", "partner", ["extra"], postgresql_using="gin", postgresql_ops={"extra": "jsonb_path_ops"})
