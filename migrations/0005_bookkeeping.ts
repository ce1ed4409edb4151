// Bookkeeping that makes no revision: API keys, idempotency records, import reports and what the seeder last applied.
import { sql, type Kysely } from 'kysely'
import { describe } from './columns.ts'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_key (
      id text collate "C" primary key check (id ~ '^[A-Za-z0-9]{12}$'),
      secret_sha256 bytea not null check (length(secret_sha256) = 32),
      owner text collate "C" not null,
      scopes text[] collate "C" not null check (scopes <@ array['registry:write', 'statistics:write', 'admin']),
      countries text[] collate "C",
      created timestamptz not null default clock_timestamp(),
      expires timestamptz,
      revoked timestamptz,
      last_used calendar_day
    )`.execute(db)
  await describe(db, 'api_key', 'Keys for writing. Reading needs none.', {
    id: 'Public part of the key.',
    secret_sha256: 'SHA-256 of the secret part, which is shown once and never stored.',
    owner: 'Organisation or office that holds the key.',
    scopes: 'What the key may do.',
    countries: 'Countries the key may write for; null means all.',
    created: 'When it was made.',
    expires: 'When it ends by itself.',
    revoked: 'When it was revoked.',
    last_used: 'Day of its last use.'
  })

  await sql`
    create table idempotency_key (
      api_key text collate "C" not null references api_key on delete cascade,
      key text collate "C" not null check (length(key) between 1 and 255),
      fingerprint_sha256 bytea not null check (length(fingerprint_sha256) = 32),
      status integer,
      body text,
      created timestamptz not null default clock_timestamp(),
      primary key (api_key, key)
    )`.execute(db)
  await sql`create index idempotency_key_created on idempotency_key (created)`.execute(db)
  await describe(db, 'idempotency_key', 'Answers given to requests that carried an Idempotency-Key, so that a repeat gets the same answer.', {
    api_key: 'Key that sent the request.',
    key: 'The Idempotency-Key.',
    fingerprint_sha256: 'SHA-256 of method, path and body.',
    status: 'Status answered; null while the request runs.',
    body: 'Body answered.',
    created: 'When it came in.'
  })

  await sql`
    create table import_run (
      id bigint generated always as identity primary key,
      format text collate "C" not null,
      source text collate "C" not null references source deferrable initially immediate,
      digest_sha256 bytea not null check (length(digest_sha256) = 32),
      started timestamptz not null default clock_timestamp(),
      finished timestamptz,
      revision bigint references revision,
      rows_read bigint not null default 0,
      rows_changed bigint not null default 0,
      report jsonb not null default '{}'
    )`.execute(db)
  await sql`create index import_run_source on import_run (source, digest_sha256)`.execute(db)
  await describe(db, 'import_run', 'Reports of imports.', {
    id: 'Number of the run.',
    format: 'Format of the files.',
    source: 'Source the figures were filed under.',
    digest_sha256: 'SHA-256 of the files.',
    started: 'When it began.',
    finished: 'When it ended; null while it runs or when it was cut off.',
    revision: 'The revision it made; null when it changed nothing.',
    rows_read: 'Rows read.',
    rows_changed: 'Rows inserted, updated or deleted.',
    report: 'What was skipped or wrong.'
  })

  await sql`
    create table seed_state (
      table_name text collate "C" not null,
      key text collate "C" not null,
      digest text collate "C" not null,
      revision bigint not null,
      primary key (table_name, key)
    )`.execute(db)
  await describe(db, 'seed_state', 'What the seeder last applied from data/, per record, so that it applies only what changed there since.', {
    table_name: 'Table of the record.',
    key: 'Key of the record: its primary key columns joined by a tab.',
    digest: 'Digest of the record as it stood in data/.',
    revision: 'Revision of the row when it was applied; a row with a later one was changed by somebody else.'
  })
}
