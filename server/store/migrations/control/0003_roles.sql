-- Roles come from packs: a workspace has a pack, a membership a role of it. `standing` stays for the release before this
-- one, which knows nothing else; this one writes it beside the role, and reads it where there is no role yet.

alter table placements add column pack text not null default 'therapy' check (pack ~ '^[a-z][a-z0-9_]{0,39}$');
comment on column placements.pack is 'The kind of work the workspace is for. Workspaces from before there were packs have the first.';
alter table placements add column epoch bigint not null default 0;
comment on column placements.epoch is 'Counts changes of who belongs to the workspace and as what: whoever holds a socket open asks for it.';

alter table members add column role text check (role ~ '^[a-z][a-z0-9_]{0,39}$');
alter table members add column suspended boolean not null default false;

-- FORCE would hide every row from the owner, who has no workspace here; for this statement it is lifted. Nobody else sees
-- the table meanwhile: altering it locks it until the end of the transaction.
alter table members no force row level security;
update members set
    role = case standing when 'owner' then 'owner' else 'practitioner' end,
    suspended = standing = 'suspended';
alter table members force row level security;

create table invitations (
    workspace_id  uuid not null references placements (workspace_id),
    id            uuid not null,
    email_hash    bytea not null check (length(email_hash) = 32),
    email         bytea not null,
    role          text not null check (role ~ '^[a-z][a-z0-9_]{0,39}$'),
    token_hash    bytea not null unique check (length(token_hash) = 32),
    invited_by    uuid,
    sent_at       timestamptz not null,
    expires_at    timestamptz not null,
    accepted_by   uuid,
    accepted_at   timestamptz,
    revoked_at    timestamptz,
    primary key (workspace_id, id),
    check ((accepted_by is null) = (accepted_at is null))
);
comment on table invitations is 'Single-use ways into a workspace, bound to the address they were sent to.';
comment on column invitations.email is 'Ciphertext, under the workspace''s keys.';
comment on column invitations.invited_by is 'The account; none for the command line.';
create unique index invitations_open on invitations (workspace_id, email_hash)
    where accepted_at is null and revoked_at is null;

alter table invitations enable row level security;
alter table invitations force row level security;
create policy invitations_tenant on invitations
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
-- The bearer of a link belongs to no workspace yet; the system login finds out which one it leads to.
create policy invitations_system on invitations for select to scriptkeep_system using (true);

grant update (epoch) on placements to scriptkeep_app, scriptkeep_system;
grant update (role, suspended, standing), delete on members to scriptkeep_app;
grant select, insert, update on invitations to scriptkeep_app;
grant select, update (accepted_by, accepted_at) on invitations to scriptkeep_system;
