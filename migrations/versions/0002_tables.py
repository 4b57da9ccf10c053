"""every table of the first house

Made by autogenerate from the models, order and all; the walls between associations come in the next migration.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('association',
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('short', sa.Text(), nullable=False),
    sa.Column('bank', sa.Text(), nullable=False),
    sa.Column('of_name', sa.Text(), nullable=False),
    sa.Column('mail_domain', sa.Text(), nullable=False),
    sa.Column('website', sa.Text(), nullable=False),
    sa.Column('rules', JSONB(), nullable=False),
    sa.Column('default_manager_id', sa.Uuid(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_association')),
    sa.UniqueConstraint('slug', name=op.f('uq_association_slug'))
    )
    op.create_table('reminder',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('subject_id', 'kind', 'due_on', name=op.f('uq_reminder_subject_id_kind_due_on'))
    )
    op.create_table('sign_in_attempt',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    op.create_index('ix_sign_in_attempt_key_at', 'sign_in_attempt', ['key', 'created_at'], unique=False)
    op.create_table('suppression',
    sa.Column('email_key', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('email_key', name=op.f('pk_suppression'))
    )
    op.create_table('convention',
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('rules', JSONB(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_id <> second_id', name=op.f('ck_convention_two_sides')),
    sa.ForeignKeyConstraint(['first_id'], ['association.id'], name=op.f('fk_convention_first_id_association')),
    sa.ForeignKeyConstraint(['second_id'], ['association.id'], name=op.f('fk_convention_second_id_association')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_convention'))
    )
    op.create_table('entry',
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Enum('member', 'contact', 'clock', name='actor', native_enum=False, length=32), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=True),
    sa.Column('contact_id', sa.Uuid(), nullable=True),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('introduction_id', sa.Uuid(), nullable=True),
    sa.Column('details', JSONB(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_entry_association_id_association')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry'))
    )
    op.create_index('ix_entry_association_at', 'entry', ['association_id', 'at'], unique=False)
    op.create_index('ix_entry_partner_at', 'entry', ['association_id', 'partner_id', 'at'], unique=False)
    op.create_index('ix_entry_request_at', 'entry', ['association_id', 'request_id', 'at'], unique=False)
    op.create_table('link',
    sa.Column('purpose', sa.Enum('invitation', 'password', 'answer', 'objection', 'outcome', name='purpose', native_enum=False, length=32), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_link_association_id_association')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_link_token_hash'))
    )
    op.create_index('ix_link_subject', 'link', ['subject_id'], unique=False)
    op.create_table('member',
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('first_name', sa.Text(), nullable=False),
    sa.Column('last_name', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('roles', ARRAY(sa.Text()), nullable=False),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('away_from', sa.Date(), nullable=True),
    sa.Column('away_until', sa.Date(), nullable=True),
    sa.Column('stand_in_id', sa.Uuid(), nullable=True),
    sa.Column('notices', JSONB(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_member_association_id_association')),
    sa.ForeignKeyConstraint(['stand_in_id'], ['member.id'], name=op.f('fk_member_stand_in_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('email', name=op.f('uq_member_email'))
    )
    op.create_index('ix_member_association', 'member', ['association_id'], unique=False)
    op.create_table('message',
    sa.Column('dedupe_key', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('to_user_id', sa.Uuid(), nullable=True),
    sa.Column('to_contact_id', sa.Uuid(), nullable=True),
    sa.Column('to_address', sa.Text(), nullable=False),
    sa.Column('header_to', ARRAY(sa.Text()), nullable=False),
    sa.Column('from_name', sa.Text(), nullable=False),
    sa.Column('reply_to', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('headers', JSONB(), nullable=False),
    sa.Column('calendar', sa.Text(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('introduction_id', sa.Uuid(), nullable=True),
    sa.Column('only_while', ARRAY(sa.Text()), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('pending', 'sending', 'transmitting', 'sent', 'dead', 'uncertain', 'cancelled', 'suppressed', name='messagestate', native_enum=False, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('worker', sa.Text(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_message_association_id_association')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_message_dedupe_key'))
    )
    op.create_index('ix_message_association', 'message', ['association_id', 'created_at'], unique=False)
    op.create_index('ix_message_due', 'message', ['due_at'], unique=False, postgresql_where=sa.text("state IN ('pending', 'sending', 'transmitting')"))
    op.create_index('ix_message_request', 'message', ['request_id'], unique=False)
    op.create_index('ix_message_to_contact', 'message', ['to_contact_id'], unique=False)
    op.create_table('commitment',
    sa.Column('convention_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['convention_id'], ['convention.id'], name=op.f('fk_commitment_convention_id_convention'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitment')),
    sa.UniqueConstraint('convention_id', 'number', name=op.f('uq_commitment_convention_id_number'))
    )
    op.create_table('credential',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['member.id'], name=op.f('fk_credential_user_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_credential'))
    )
    op.create_table('import_batch',
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_date', sa.Date(), nullable=True),
    sa.Column('mapping', JSONB(), nullable=False),
    sa.Column('counts', JSONB(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_import_batch_association_id_association')),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_import_batch_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch'))
    )
    op.create_table('introduction_request',
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('requester_id', sa.Uuid(), nullable=False),
    sa.Column('handler_id', sa.Uuid(), nullable=True),
    sa.Column('partner_id', sa.Uuid(), nullable=True),
    sa.Column('target_name', sa.Text(), nullable=False),
    sa.Column('target_town', sa.Text(), nullable=False),
    sa.Column('need', sa.Enum('academic', 'corporate', 'volunteers', 'unknown', name='need', native_enum=False, length=32), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('commitment', sa.SmallInteger(), nullable=True),
    sa.Column('role_sought', sa.Enum('head', 'referent', 'social_opening', 'diversity_csr', 'school_relations', 'other', name='contactrole', native_enum=False, length=32), nullable=True),
    sa.Column('event_name', sa.Text(), nullable=False),
    sa.Column('event_on', sa.Date(), nullable=True),
    sa.Column('fallback_on', sa.Date(), nullable=True),
    sa.Column('event_hours', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('academy', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('numbers', JSONB(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('wanted_by', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'submitted', 'info_needed', 'parked', 'approved', 'declined', 'expired', 'withdrawn', 'closed', name='requeststate', native_enum=False, length=32), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('decline_reason', sa.Text(), nullable=False),
    sa.Column('decision_word', sa.Text(), nullable=False),
    sa.Column('parked_until', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asking_id', sa.Uuid(), nullable=False),
    sa.Column('giving_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asking_id'], ['association.id'], name=op.f('fk_introduction_request_asking_id_association')),
    sa.ForeignKeyConstraint(['giving_id'], ['association.id'], name=op.f('fk_introduction_request_giving_id_association')),
    sa.ForeignKeyConstraint(['handler_id'], ['member.id'], name=op.f('fk_introduction_request_handler_id_member')),
    sa.ForeignKeyConstraint(['requester_id'], ['member.id'], name=op.f('fk_introduction_request_requester_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction_request')),
    sa.UniqueConstraint('number', name=op.f('uq_introduction_request_number'))
    )
    op.create_index('ix_request_asking', 'introduction_request', ['asking_id', 'state', 'state_since'], unique=False)
    op.create_index('ix_request_giving', 'introduction_request', ['giving_id', 'state', 'due_on', 'id'], unique=False)
    op.create_index('ix_request_giving_since', 'introduction_request', ['giving_id', 'state_since', 'id'], unique=False)
    op.create_index('ix_request_asking_since', 'introduction_request', ['asking_id', 'state_since', 'id'], unique=False)
    op.create_index('ix_request_handler', 'introduction_request', ['handler_id', 'state'], unique=False)
    op.create_index('ix_request_partner', 'introduction_request', ['partner_id'], unique=False)
    op.create_index('ix_request_requester', 'introduction_request', ['requester_id', 'state_since'], unique=False)
    op.create_table('user_session',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('device', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['member.id'], name=op.f('fk_user_session_user_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash'))
    )
    op.create_index('ix_user_session_user', 'user_session', ['user_id'], unique=False)
    op.create_table('imported_row',
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('sheet', sa.Text(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('issues', ARRAY(sa.Text()), nullable=False),
    sa.Column('held_remark', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_imported_row_association_id_association')),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], name=op.f('fk_imported_row_batch_id_import_batch'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imported_row'))
    )
    op.create_index('ix_imported_row_batch', 'imported_row', ['batch_id'], unique=False)
    op.create_table('introduction',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('contact_role', sa.Enum('head', 'referent', 'social_opening', 'diversity_csr', 'school_relations', 'other', name='contactrole', native_enum=False, length=32), nullable=False),
    sa.Column('state', sa.Enum('new', 'consent_pending', 'postponed', 'suggested', 'ready', 'introduced', 'refused', 'unanswered', 'blocked', 'cancelled', 'closed', name='introductionstate', native_enum=False, length=32), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('introduced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('postponed_until', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asking_id', sa.Uuid(), nullable=False),
    sa.Column('giving_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asking_id'], ['association.id'], name=op.f('fk_introduction_asking_id_association')),
    sa.ForeignKeyConstraint(['giving_id'], ['association.id'], name=op.f('fk_introduction_giving_id_association')),
    sa.ForeignKeyConstraint(['request_id'], ['introduction_request.id'], name=op.f('fk_introduction_request_id_introduction_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction'))
    )
    op.create_index('ix_introduction_contact', 'introduction', ['contact_id', 'created_at'], unique=False)
    op.create_index('ix_introduction_request', 'introduction', ['request_id'], unique=False)
    op.create_index('ix_introduction_state', 'introduction', ['state', 'state_since'], unique=False)
    op.create_table('partner',
    sa.Column('kind', sa.Enum('academic', 'corporate', name='partnerkind', native_enum=False, length=32), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('uai', sa.Text(), nullable=True),
    sa.Column('siren', sa.Text(), nullable=True),
    sa.Column('siret', sa.Text(), nullable=True),
    sa.Column('naf', sa.Text(), nullable=True),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('headcount', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('postcode', sa.Text(), nullable=False),
    sa.Column('town', sa.Text(), nullable=False),
    sa.Column('insee', sa.Text(), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('academy', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('website', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('status', sa.Enum('active', 'dormant', 'former', name='status', native_enum=False, length=32), nullable=False),
    sa.Column('visibility', sa.Enum('listed', 'hidden', name='visibility', native_enum=False, length=32), nullable=False),
    sa.Column('accepts', ARRAY(sa.Text()), nullable=False),
    sa.Column('open_now', sa.Boolean(), nullable=False),
    sa.Column('tags', ARRAY(sa.Text()), nullable=False),
    sa.Column('since', sa.Text(), nullable=False),
    sa.Column('last_contact_on', sa.Date(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_date', sa.Date(), nullable=True),
    sa.Column('import_id', sa.Uuid(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sort_name', sa.Text(), sa.Computed('fold(name)', persisted=True), nullable=False),
    sa.Column('search', sa.Text(), sa.Computed("fold(name || ' ' || town || ' ' || postcode || ' ' || coalesce(uai, '') || ' ' || coalesce(siret, ''))", persisted=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_partner_association_id_association')),
    sa.ForeignKeyConstraint(['import_id'], ['import_batch.id'], name=op.f('fk_partner_import_id_import_batch'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['member.id'], name=op.f('fk_partner_owner_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner')),
    sa.UniqueConstraint('association_id', 'id', name=op.f('uq_partner_association_id_id'))
    )
    op.create_index('ix_partner_name', 'partner', ['association_id', 'sort_name', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('ix_partner_owner', 'partner', ['association_id', 'owner_id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('ix_partner_search', 'partner', ['search'], unique=False, postgresql_using='gin', postgresql_ops={'search': 'gin_trgm_ops'})
    op.create_index('uq_partner_living_siret', 'partner', ['association_id', 'siret'], unique=True, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('uq_partner_living_uai', 'partner', ['association_id', 'uai'], unique=True, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('ask',
    sa.Column('introduction_id', sa.Uuid(), nullable=False),
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('over_limit_reason', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_ask_association_id_association')),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_ask_by_id_member')),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_ask_introduction_id_introduction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ask'))
    )
    op.create_index('ix_ask_contact', 'ask', ['contact_id', 'asked_at'], unique=False)
    op.create_index('ix_ask_intro', 'ask', ['introduction_id'], unique=False)
    op.create_table('consent',
    sa.Column('introduction_id', sa.Uuid(), nullable=False),
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('to_association_id', sa.Uuid(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('fields', ARRAY(sa.Text()), nullable=False),
    sa.Column('word', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('wording', sa.Text(), nullable=False),
    sa.Column('channel', sa.Enum('link', 'phone', 'reply', 'prior', name='channel', native_enum=False, length=32), nullable=False),
    sa.Column('noted_by_id', sa.Uuid(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suggested_contact_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_consent_association_id_association')),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_consent_introduction_id_introduction')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['member.id'], name=op.f('fk_consent_noted_by_id_member')),
    sa.ForeignKeyConstraint(['to_association_id'], ['association.id'], name=op.f('fk_consent_to_association_id_association')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index('ix_consent_contact', 'consent', ['contact_id'], unique=False)
    op.create_index('ix_consent_introduction', 'consent', ['introduction_id'], unique=False)
    op.create_table('contact',
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('civility', sa.Text(), nullable=False),
    sa.Column('first_name', sa.Text(), nullable=False),
    sa.Column('last_name', sa.Text(), nullable=False),
    sa.Column('role', sa.Enum('head', 'referent', 'social_opening', 'diversity_csr', 'school_relations', 'other', name='contactrole', native_enum=False, length=32), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('permission', sa.Enum('ask_first', 'share_ok', 'no_share', 'do_not_contact', name='permission', native_enum=False, length=32), nullable=False),
    sa.Column('asks_per_quarter', sa.SmallInteger(), nullable=True),
    sa.Column('quiet_months', ARRAY(sa.SmallInteger()), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_date', sa.Date(), nullable=True),
    sa.Column('last_word_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('import_id', sa.Uuid(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('search', sa.Text(), sa.Computed("fold(first_name || ' ' || last_name)", persisted=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['association_id', 'partner_id'], ['partner.association_id', 'partner.id'], name=op.f('fk_contact_association_id_partner_id_partner')),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_contact_association_id_association')),
    sa.ForeignKeyConstraint(['import_id'], ['import_batch.id'], name=op.f('fk_contact_import_id_import_batch'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('association_id', 'id', name=op.f('uq_contact_association_id_id'))
    )
    op.create_index('ix_contact_partner', 'contact', ['partner_id'], unique=False)
    op.create_index('ix_contact_search', 'contact', ['search'], unique=False, postgresql_using='gin', postgresql_ops={'search': 'gin_trgm_ops'})
    op.create_table('outcome',
    sa.Column('introduction_id', sa.Uuid(), nullable=False),
    sa.Column('said_by', sa.Text(), nullable=False),
    sa.Column('result', sa.Enum('met', 'date_set', 'no_answer', 'not_relevant', 'unknown', name='result', native_enum=False, length=32), nullable=False),
    sa.Column('numbers', JSONB(), nullable=False),
    sa.Column('word', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asking_id', sa.Uuid(), nullable=False),
    sa.Column('giving_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['asking_id'], ['association.id'], name=op.f('fk_outcome_asking_id_association')),
    sa.ForeignKeyConstraint(['giving_id'], ['association.id'], name=op.f('fk_outcome_giving_id_association')),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_outcome_introduction_id_introduction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcome'))
    )
    op.create_index('ix_outcome_introduction', 'outcome', ['introduction_id'], unique=False)
    op.create_table('channel',
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('mobile', sa.Text(), nullable=False),
    sa.Column('email_key', sa.Text(), nullable=True),
    sa.Column('association_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['association_id', 'contact_id'], ['contact.association_id', 'contact.id'], name=op.f('fk_channel_association_id_contact_id_contact'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['association_id'], ['association.id'], name=op.f('fk_channel_association_id_association')),
    sa.PrimaryKeyConstraint('contact_id', name=op.f('pk_channel'))
    )
    op.create_index('ix_channel_any_email_key', 'channel', ['email_key'], unique=False)
    op.create_index('ix_channel_email_key', 'channel', ['association_id', 'email_key'], unique=False)
    op.create_foreign_key("fk_association_default_manager_id_member", "association", "member", ["default_manager_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_association_default_manager_id_member", "association")
    op.drop_index('ix_channel_email_key', table_name='channel')
    op.drop_index('ix_channel_any_email_key', table_name='channel')
    op.drop_table('channel')
    op.drop_index('ix_outcome_introduction', table_name='outcome')
    op.drop_table('outcome')
    op.drop_index('ix_contact_search', table_name='contact', postgresql_using='gin', postgresql_ops={'search': 'gin_trgm_ops'})
    op.drop_index('ix_contact_partner', table_name='contact')
    op.drop_table('contact')
    op.drop_index('ix_consent_introduction', table_name='consent')
    op.drop_index('ix_consent_contact', table_name='consent')
    op.drop_table('consent')
    op.drop_index('ix_ask_intro', table_name='ask')
    op.drop_index('ix_ask_contact', table_name='ask')
    op.drop_table('ask')
    op.drop_index('uq_partner_living_uai', table_name='partner', postgresql_where=sa.text('deleted_at IS NULL'))
    op.drop_index('uq_partner_living_siret', table_name='partner', postgresql_where=sa.text('deleted_at IS NULL'))
    op.drop_index('ix_partner_search', table_name='partner', postgresql_using='gin', postgresql_ops={'search': 'gin_trgm_ops'})
    op.drop_index('ix_partner_owner', table_name='partner', postgresql_where=sa.text('deleted_at IS NULL'))
    op.drop_index('ix_partner_name', table_name='partner', postgresql_where=sa.text('deleted_at IS NULL'))
    op.drop_table('partner')
    op.drop_index('ix_introduction_state', table_name='introduction')
    op.drop_index('ix_introduction_request', table_name='introduction')
    op.drop_index('ix_introduction_contact', table_name='introduction')
    op.drop_table('introduction')
    op.drop_index('ix_imported_row_batch', table_name='imported_row')
    op.drop_table('imported_row')
    op.drop_index('ix_user_session_user', table_name='user_session')
    op.drop_table('user_session')
    op.drop_index('ix_request_requester', table_name='introduction_request')
    op.drop_index('ix_request_partner', table_name='introduction_request')
    op.drop_index('ix_request_asking_since', table_name='introduction_request')
    op.drop_index('ix_request_giving_since', table_name='introduction_request')
    op.drop_index('ix_request_handler', table_name='introduction_request')
    op.drop_index('ix_request_giving', table_name='introduction_request')
    op.drop_index('ix_request_asking', table_name='introduction_request')
    op.drop_table('introduction_request')
    op.drop_table('import_batch')
    op.drop_table('credential')
    op.drop_table('commitment')
    op.drop_index('ix_message_to_contact', table_name='message')
    op.drop_index('ix_message_request', table_name='message')
    op.drop_index('ix_message_due', table_name='message', postgresql_where=sa.text("state IN ('pending', 'sending', 'transmitting')"))
    op.drop_index('ix_message_association', table_name='message')
    op.drop_table('message')
    op.drop_index('ix_member_association', table_name='member')
    op.drop_table('member')
    op.drop_index('ix_link_subject', table_name='link')
    op.drop_table('link')
    op.drop_index('ix_entry_request_at', table_name='entry')
    op.drop_index('ix_entry_partner_at', table_name='entry')
    op.drop_index('ix_entry_association_at', table_name='entry')
    op.drop_table('entry')
    op.drop_table('convention')
    op.drop_table('suppression')
    op.drop_index('ix_sign_in_attempt_key_at', table_name='sign_in_attempt')
    op.drop_table('sign_in_attempt')
    op.drop_table('reminder')
    op.drop_table('association')
