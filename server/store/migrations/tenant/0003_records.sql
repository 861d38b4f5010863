-- A record has a type and a state from its workspace's pack, and a place where it is kept. Records from before there were
-- packs become drafts of the first pack's first type.

alter table records add column kind text not null default 'script' check (kind ~ '^[a-z][a-z0-9_]{0,39}$');
alter table records add column state text not null default 'draft' check (state ~ '^[a-z][a-z0-9_]{0,39}$');
alter table records add column shelf text not null default 'desk' check (shelf in ('desk', 'archive', 'trash'));
alter table records add column changed_by uuid;
comment on column records.changed_by is 'The account that changed it last; none for the command line.';

create index records_by_shelf on records (workspace_id, shelf, updated_at);
