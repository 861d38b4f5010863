-- Somebody who was invited can say no. A declined invitation is closed as one that was taken back is, so that the release
-- before this one, which knows nothing of declining, lets nobody in by it either.

alter table invitations add column declined_at timestamptz;
alter table invitations add constraint invitations_declined check (declined_at is null or revoked_at is not null);
comment on column invitations.declined_at is 'When who was invited said no; it is closed (revoked_at) since then.';
grant update (declined_at, revoked_at) on invitations to scriptkeep_system;

-- What was open to nobody for long is swept, with the address in it.
create policy invitations_sweep on invitations for delete to scriptkeep_system using (true);
grant delete on invitations to scriptkeep_system;
