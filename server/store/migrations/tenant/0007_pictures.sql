-- A picture has a key of its own, kept beside it under the record's key for the class. So a copy of a record shares the
-- bytes of its pictures, and has their keys under its own: however much there is, copying costs a short row each, and the
-- end of one record's key ends its pictures and nobody else's.
--
-- Rows of the release before have no key of their own: the key of the record they were added to opens their bytes. That
-- release shows those of this one to nobody, for the minutes in which nodes of both run.

alter table attachments add column key bytea;
comment on column attachments.key is 'The picture''s own key, sealed under the record''s key for the class; none: that key itself.';
alter table attachments add column content_of uuid;
comment on column attachments.content_of is 'Whose bytes it shows, for a picture of a copy. Never one that shows another''s itself.';

alter table attachments alter column content drop not null;
alter table attachments add constraint attachments_content check ((content is null) = (content_of is not null));
-- Bytes stay while a copy shows them.
alter table attachments add constraint attachments_content_of
    foreign key (workspace_id, content_of) references attachments (workspace_id, id);
create index attachments_by_content on attachments (workspace_id, content_of) where content_of is not null;

comment on column attachments.content is 'Ciphertext, under the picture''s own key; none where another''s bytes are shown.';

-- Nothing deletes pictures any more: what was taken out of a text is in its history. The grant goes with the next release.
