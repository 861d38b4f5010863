-- The bodies of records: Yjs documents, kept as the log of their updates, with snapshots so that opening one reads little
-- of it. Nothing here is ever changed or taken away by those who serve.

create table document_updates (
    workspace_id  uuid not null,
    record_id     uuid not null,
    sequence      bigint not null check (sequence > 0),
    class         text not null check (class like 'record.%'),
    actor         uuid not null,
    session       uuid not null,
    at            timestamptz not null,
    updates       integer not null check (updates > 0),
    content       bytea not null,
    primary key (workspace_id, record_id, sequence),
    foreign key (workspace_id, record_id) references records (workspace_id, id)
);
comment on table document_updates is
    'The log of a body: one row for what one session sent in a row, in the order in which it was put into the document.';
comment on column document_updates.session is 'The session it came from: a pseudonym of the device. Sessions go, this stays.';
comment on column document_updates.content is 'Ciphertext of that many updates (Yjs, encoding v1), each behind its length.';

create table document_snapshots (
    workspace_id  uuid not null,
    record_id     uuid not null,
    sequence      bigint not null check (sequence > 0),
    class         text not null check (class like 'record.%'),
    at            timestamptz not null,
    content       bytea not null,
    primary key (workspace_id, record_id, sequence),
    foreign key (workspace_id, record_id) references records (workspace_id, id)
);
comment on table document_snapshots is 'A body after all its updates up to and with this sequence, as one update. Derived.';

-- What is encrypted does not grow smaller: no attempt to compress it.
alter table document_updates alter column content set storage external;
alter table document_snapshots alter column content set storage external;

create table document_ranges (
    workspace_id  uuid not null,
    record_id     uuid not null,
    last          bigint not null,
    event_id      uuid not null,
    first         bigint not null check (first > 0),
    session       uuid not null,
    primary key (workspace_id, record_id, last, event_id),
    check (last >= first),
    foreign key (workspace_id, record_id) references records (workspace_id, id)
);
comment on table document_ranges is
    'Which audit event commits to a session''s updates from first to last. Every update up to the greatest last has one.';

create table document_unsealed (
    workspace_id  uuid not null,
    record_id     uuid not null,
    since         timestamptz not null,
    primary key (workspace_id, record_id),
    foreign key (workspace_id, record_id) references records (workspace_id, id)
);
comment on table document_unsealed is 'Records with updates that no range covers yet, and since when: found again after a crash.';

-- Row-level security; see control/0001 for the form. What a body holds is visible with its class only.

alter table document_updates enable row level security;
alter table document_updates force row level security;
create policy document_updates_tenant on document_updates
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy document_updates_class on document_updates as restrictive
    using (class = any ((select string_to_array(current_setting('app.classes', true), ','))::text[]));

alter table document_snapshots enable row level security;
alter table document_snapshots force row level security;
create policy document_snapshots_tenant on document_snapshots
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy document_snapshots_class on document_snapshots as restrictive
    using (class = any ((select string_to_array(current_setting('app.classes', true), ','))::text[]));

alter table document_ranges enable row level security;
alter table document_ranges force row level security;
create policy document_ranges_tenant on document_ranges
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));

-- The system login finds out where something waits; to seal it, the app login enters each workspace.
alter table document_unsealed enable row level security;
alter table document_unsealed force row level security;
create policy document_unsealed_tenant on document_unsealed
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy document_unsealed_find on document_unsealed for select to scriptkeep_system using (true);

grant select, insert on document_updates, document_snapshots, document_ranges to scriptkeep_app;
grant select, insert, delete on document_unsealed to scriptkeep_app;
grant select on document_unsealed to scriptkeep_system;
