-- A tenant's content. Runs once in each tenant schema; names are unqualified on purpose.

create table workspaces (
    workspace_id  uuid primary key,
    name          bytea not null,
    revision      integer not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);

create table data_keys (
    workspace_id  uuid not null references workspaces (workspace_id),
    record_id     uuid not null,
    class         text not null,
    version       integer not null,
    wrapped       bytea not null,
    created_at    timestamptz not null,
    primary key (workspace_id, record_id, class, version)
);
comment on table data_keys is 'Data keys, each wrapped under its workspace''s key; record_id is whatever the key is for.';

create table records (
    workspace_id  uuid not null references workspaces (workspace_id),
    id            uuid not null,
    revision      integer not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    primary key (workspace_id, id)
);

create table record_fields (
    workspace_id  uuid not null,
    record_id     uuid not null,
    class         text not null check (class like 'record.%'),
    value         bytea not null,
    primary key (workspace_id, record_id, class),
    foreign key (workspace_id, record_id) references records (workspace_id, id)
);
comment on table record_fields is 'One row per record and field class, so that a policy can hide a class.';

create table audit_events (
    workspace_id  uuid not null,
    id            uuid not null,
    at            timestamptz not null,
    actor         uuid,
    action        text not null,
    target_kind   text,
    target_id     text,
    leaf          text not null,
    leaf_hash     bytea not null check (length(leaf_hash) = 32),
    openings      bytea not null,
    primary key (workspace_id, id)
);
comment on column audit_events.leaf is 'Canonical JSON (RFC 8785): pseudonyms and commitments only.';
comment on column audit_events.openings is
    'Ciphertext of what opens the commitments. The row never changes: openings are erased by destroying their key.';
create index audit_events_by_actor on audit_events (workspace_id, actor, id);
create index audit_events_by_action on audit_events (workspace_id, action, id);

create table audit_unsealed (
    workspace_id  uuid not null,
    event_id      uuid not null,
    primary key (workspace_id, event_id)
);
comment on table audit_unsealed is 'Events that wait for the sealer; an insert here touches no chain head.';
-- No foreign key from the queue to the events: both rows are written by one statement, and the sealer joins them.

create table audit_heads (
    workspace_id  uuid primary key,
    size          bigint not null default 0,
    frontier      bytea not null default ''
);

create table audit_leaves (
    workspace_id  uuid not null,
    position      bigint not null check (position >= 0),
    event_id      uuid not null,
    leaf_hash     bytea not null check (length(leaf_hash) = 32),
    primary key (workspace_id, position),
    unique (workspace_id, event_id),
    foreign key (workspace_id, event_id) references audit_events (workspace_id, id)
);

create table audit_nodes (
    workspace_id  uuid not null,
    level         smallint not null check (level between 0 and 63),
    index         bigint not null check (index >= 0),
    hash          bytea not null check (length(hash) = 32),
    primary key (workspace_id, level, index)
);
comment on table audit_nodes is 'Nodes of complete subtrees of the RFC 6962 tree; level 0 holds the leaf hashes.';

create table audit_checkpoints (
    workspace_id  uuid not null,
    size          bigint not null check (size > 0),
    note          text not null,
    signed_at     timestamptz not null,
    primary key (workspace_id, size)
);
comment on column audit_checkpoints.note is 'A C2SP signed note.';

-- What stands in the log stays: not even the owner updates, deletes or truncates. (A superuser can drop the trigger;
-- checkpoints that left the machine reveal it.) Statement triggers on these acts cost an insert nothing.
create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only: % on % is refused', tg_op, tg_table_name using errcode = '42501';
end
$$;
revoke all on function audit_log_is_append_only() from public;

create trigger append_only before update or delete or truncate on audit_events
    for each statement execute function audit_log_is_append_only();
create trigger append_only before update or delete or truncate on audit_leaves
    for each statement execute function audit_log_is_append_only();
create trigger append_only before update or delete or truncate on audit_nodes
    for each statement execute function audit_log_is_append_only();
create trigger append_only before update or delete or truncate on audit_checkpoints
    for each statement execute function audit_log_is_append_only();

-- Row-level security; see control/0001 for the form. A tenant's rows are one workspace's rows, whoever asks.

alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspaces_tenant on workspaces
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

-- A key of a record's field class is visible with that class only; keys of other things go by the workspace.
alter table data_keys enable row level security;
alter table data_keys force row level security;
create policy data_keys_tenant on data_keys
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy data_keys_class on data_keys as restrictive
    using (class not like 'record.%'
        or class = any ((select string_to_array(current_setting('app.classes', true), ','))::text[]));

alter table records enable row level security;
alter table records force row level security;
create policy records_tenant on records
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

alter table record_fields enable row level security;
alter table record_fields force row level security;
create policy record_fields_tenant on record_fields
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy record_fields_class on record_fields as restrictive
    using (class = any ((select string_to_array(current_setting('app.classes', true), ','))::text[]));

alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy audit_events_tenant on audit_events
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

-- The system login finds out which workspaces have something to seal; to seal it, it enters each of them.
alter table audit_unsealed enable row level security;
alter table audit_unsealed force row level security;
create policy audit_unsealed_tenant on audit_unsealed
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy audit_unsealed_find on audit_unsealed for select to scriptkeep_system using (true);

alter table audit_heads enable row level security;
alter table audit_heads force row level security;
create policy audit_heads_tenant on audit_heads
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

alter table audit_leaves enable row level security;
alter table audit_leaves force row level security;
create policy audit_leaves_tenant on audit_leaves
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

alter table audit_nodes enable row level security;
alter table audit_nodes force row level security;
create policy audit_nodes_tenant on audit_nodes
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

alter table audit_checkpoints enable row level security;
alter table audit_checkpoints force row level security;
create policy audit_checkpoints_tenant on audit_checkpoints
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

grant select, update on workspaces to scriptkeep_app;
grant select, insert on data_keys to scriptkeep_app;
grant select, insert, update on records, record_fields to scriptkeep_app;
grant select, insert on audit_events, audit_unsealed to scriptkeep_app;
grant select on audit_heads, audit_leaves, audit_nodes, audit_checkpoints to scriptkeep_app;

grant select, insert on workspaces, data_keys, audit_events, audit_leaves, audit_nodes, audit_checkpoints
    to scriptkeep_system;
grant select, insert, delete on audit_unsealed to scriptkeep_system;
grant select, insert, update on audit_heads to scriptkeep_system;
