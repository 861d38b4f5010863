-- What is not a tenant's content: people, sessions, where each workspace lives, who belongs to it, queued work.
-- Names, addresses, devices and payloads are ciphertext; hashes are SHA-256 or HMAC-SHA-256.

create table installation (
    one      boolean primary key default true check (one),
    id       uuid not null default gen_random_uuid(),
    made_at  timestamptz not null default now(),
    version  bigint not null default 0
);
comment on table installation is 'One row: this installation, and the newest control migration it has.';

create table tenant_schemas (
    name     text primary key check (name ~ '^[a-z][a-z0-9_]{0,47}$'),
    version  bigint not null
);
comment on table tenant_schemas is 'The schemas tenants can be placed in, with the newest tenant migration each has.';

create table placements (
    workspace_id  uuid primary key,
    cluster       text not null,
    schema        text not null references tenant_schemas (name),
    bucket        text not null,
    key_store     text not null,
    created_at    timestamptz not null
);
comment on table placements is 'Where a workspace lives: database cluster, schema, bucket, key store.';

create table accounts (
    id           uuid primary key,
    email_hash   bytea not null unique check (length(email_hash) = 32),
    email        bytea not null,
    name         bytea not null,
    password     text not null,
    verified_at  timestamptz,
    revision     integer not null default 1,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
comment on column accounts.email_hash is 'Keyed hash of the address, by which it is looked up.';
comment on column accounts.password is 'argon2id, in PHC form.';

create table sessions (
    id          uuid primary key,
    account_id  uuid not null references accounts (id),
    token_hash  bytea not null unique check (length(token_hash) = 32),
    address     bytea not null,
    device      bytea not null,
    created_at  timestamptz not null,
    seen_at     timestamptz not null,
    proven_at   timestamptz not null,
    expires_at  timestamptz not null
);
create index sessions_by_account on sessions (account_id, id);

create table account_tokens (
    token_hash  bytea primary key check (length(token_hash) = 32),
    account_id  uuid not null references accounts (id),
    kind        text not null check (kind in ('verify', 'reset')),
    email_hash  bytea not null check (length(email_hash) = 32),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index account_tokens_by_account on account_tokens (account_id, kind);

-- Unlogged: a count costs no fsync, and a crash only forgets counts.
create unlogged table rate_limits (
    key      bytea primary key check (length(key) = 32),
    full_at  timestamptz not null
);
comment on column rate_limits.full_at is 'GCRA: the theoretical arrival time of the next request.';

create table members (
    workspace_id  uuid not null references placements (workspace_id),
    account_id    uuid not null references accounts (id),
    standing      text not null check (standing in ('owner', 'member', 'suspended')),
    since         timestamptz not null,
    primary key (workspace_id, account_id)
);
-- The one index that does not lead with the workspace: "my workspaces" is asked by account.
create index members_by_account on members (account_id, workspace_id);

create table jobs (
    workspace_id  uuid not null,
    id            uuid not null,
    kind          text not null,
    payload       bytea,
    state         text not null default 'queued' check (state in ('queued', 'done', 'dead')),
    attempts      integer not null default 0,
    run_at        timestamptz not null,
    leased_until  timestamptz,
    created_at    timestamptz not null,
    finished_at   timestamptz,
    primary key (workspace_id, id),
    check ((state = 'queued') = (payload is not null)),
    check ((state = 'queued') = (finished_at is null))
);
comment on column jobs.payload is 'Ciphertext; erased when the job is done or given up.';
create index jobs_queued on jobs (workspace_id, run_at) where state = 'queued';

create table idempotency_keys (
    workspace_id  uuid not null,
    actor         uuid not null,
    key_hash      bytea not null check (length(key_hash) = 32),
    request_hash  bytea not null check (length(request_hash) = 32),
    response      bytea not null,
    created_at    timestamptz not null,
    primary key (workspace_id, actor, key_hash)
);
comment on column idempotency_keys.actor is 'The account, or the nil UUID for a visitor.';

-- Row-level security. `app.workspace` and `app.actor` are set with each BEGIN; after a transaction they read '', hence
-- nullif. The scalar subqueries are evaluated once a statement. The system login is not held to a workspace where it
-- resolves sessions and claims jobs; it cannot read what it finds, and each of its callers names a reason.

alter table installation enable row level security;
alter table installation force row level security;
create policy installation_known on installation using (true);

alter table tenant_schemas enable row level security;
alter table tenant_schemas force row level security;
create policy tenant_schemas_known on tenant_schemas using (true);

alter table placements enable row level security;
alter table placements force row level security;
create policy placements_tenant on placements
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy placements_system on placements for select to scriptkeep_system using (true);

alter table members enable row level security;
alter table members force row level security;
create policy members_tenant on members
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy members_own on members for select
    using (account_id = (select nullif(current_setting('app.actor', true), '')::uuid));
create policy members_system on members for select to scriptkeep_system using (true);

-- Where one's own workspaces live, for "my workspaces".
create policy placements_own on placements for select
    using (workspace_id in (select m.workspace_id from members m
        where m.account_id = (select nullif(current_setting('app.actor', true), '')::uuid)));

alter table accounts enable row level security;
alter table accounts force row level security;
create policy accounts_own on accounts
    using (id = (select nullif(current_setting('app.actor', true), '')::uuid));
create policy accounts_colleagues on accounts for select
    using (id in (select m.account_id from members m
        where m.workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid)));
create policy accounts_system on accounts to scriptkeep_system using (true);

alter table sessions enable row level security;
alter table sessions force row level security;
create policy sessions_own on sessions
    using (account_id = (select nullif(current_setting('app.actor', true), '')::uuid));
create policy sessions_system on sessions to scriptkeep_system using (true);

alter table account_tokens enable row level security;
alter table account_tokens force row level security;
create policy account_tokens_system on account_tokens to scriptkeep_system using (true);

alter table rate_limits enable row level security;
alter table rate_limits force row level security;
create policy rate_limits_system on rate_limits to scriptkeep_system using (true);

alter table jobs enable row level security;
alter table jobs force row level security;
create policy jobs_tenant on jobs
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy jobs_system on jobs to scriptkeep_system using (true);

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy idempotency_keys_tenant on idempotency_keys
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy idempotency_keys_sweep on idempotency_keys for delete to scriptkeep_system using (true);
create policy idempotency_keys_swept on idempotency_keys for select to scriptkeep_system using (true);

grant usage on schema control to scriptkeep_app, scriptkeep_system;
grant select on installation, tenant_schemas to scriptkeep_app, scriptkeep_system;

grant select on placements, members to scriptkeep_app;
grant select (id, email, name, revision, verified_at, created_at, updated_at) on accounts to scriptkeep_app;
grant update (name, revision, updated_at) on accounts to scriptkeep_app;
grant select (id, account_id, address, device, created_at, seen_at, proven_at, expires_at), delete on sessions
    to scriptkeep_app;
grant insert on jobs to scriptkeep_app;
grant select, insert on idempotency_keys to scriptkeep_app;

grant select, insert on placements, members to scriptkeep_system;
grant select, insert, update on accounts to scriptkeep_system;
grant select, insert, update, delete on sessions, account_tokens, rate_limits, jobs to scriptkeep_system;
grant select, insert, delete on idempotency_keys to scriptkeep_system;
