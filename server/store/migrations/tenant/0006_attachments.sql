-- Pictures that stand in the bodies of records. They belong to the body's class: who does not read the body does not see
-- them. What is in one never changes; another picture is another row.

create table attachments (
    workspace_id  uuid not null,
    id            uuid not null,
    record_id     uuid not null,
    class         text not null check (class like 'record.%'),
    kind          text not null check (kind ~ '^[a-z]{2,10}$'),
    size          integer not null check (size > 0),
    content       bytea not null,
    added_by      uuid,
    added_at      timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, record_id) references records (workspace_id, id)
);
comment on table attachments is 'Pictures in the bodies of records, one row each.';
comment on column attachments.kind is 'What kind of picture its first bytes say it is.';
comment on column attachments.size is 'Its size in bytes before it was encrypted.';
comment on column attachments.content is 'Ciphertext, under the record''s key for the class.';
comment on column attachments.added_by is 'The account; none for the command line.';
create index attachments_by_record on attachments (workspace_id, record_id);
-- What is encrypted does not grow smaller: no attempt to compress it.
alter table attachments alter column content set storage external;

alter table attachments enable row level security;
alter table attachments force row level security;
create policy attachments_tenant on attachments
    using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid));
create policy attachments_class on attachments as restrictive
    using (class = any (string_to_array(current_setting('app.classes', true), ',')));

grant select, insert, delete on attachments to scriptkeep_app;
