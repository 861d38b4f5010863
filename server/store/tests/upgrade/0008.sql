-- A row in every table, as release 8 wrote them. Kept as it is: later releases must carry it along.
insert into tenant_schemas (name, version) values ('shared', 8);
insert into installation (version) values (1);
insert into placements (workspace_id, cluster, schema, bucket, key_store, pack, epoch, created_at) values
    ('5c21b7ee-0000-4000-8000-000000000001', 'main', 'shared', 'main', 'main', 'therapy', 0, '2026-11-22 12:00Z'),
    ('00000000-0000-7000-8000-00000000000a', 'main', 'shared', 'main', 'main', 'procedures', 3, '2026-11-22 12:00Z');
insert into accounts (id, email_hash, email, name, password, verified_at, created_at, updated_at) values
    ('00000000-0000-7000-8000-0000000000ac', decode(repeat('01', 32), 'hex'), '\x01', '\x02', '$argon2id$', '2026-11-22 12:00Z',
     '2026-11-22 12:00Z', '2026-11-22 12:00Z');
insert into sessions (id, account_id, token_hash, address, device, created_at, seen_at, proven_at, expires_at) values
    ('00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-0000000000ac', decode(repeat('02', 32), 'hex'), '\x03', '\x04',
     '2026-11-22 12:00Z', '2026-11-22 12:00Z', '2026-11-22 12:00Z', '2026-12-22 12:00Z');
insert into account_tokens (token_hash, account_id, kind, email_hash, created_at, expires_at) values
    (decode(repeat('03', 32), 'hex'), '00000000-0000-7000-8000-0000000000ac', 'reset', decode(repeat('01', 32), 'hex'),
     '2026-11-22 12:00Z', '2026-11-22 13:00Z');
insert into members (workspace_id, account_id, standing, role, suspended, since) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000ac', 'owner', 'owner', false, '2026-11-22 12:00Z');
insert into invitations (workspace_id, id, email_hash, email, role, token_hash, invited_by, sent_at, expires_at, revoked_at, declined_at) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000f1', decode(repeat('08', 32), 'hex'), '\x0d', 'reader',
     decode(repeat('09', 32), 'hex'), '00000000-0000-7000-8000-0000000000ac', '2026-11-22 12:00Z', '2026-11-29 12:00Z', '2026-11-23 12:00Z', '2026-11-23 12:00Z');
insert into jobs (workspace_id, id, kind, payload, run_at, created_at) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000006', 'mail', '\x05', '2026-11-22 12:00Z', '2026-11-22 12:00Z');
insert into idempotency_keys (workspace_id, actor, key_hash, request_hash, response, created_at) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000ac', decode(repeat('04', 32), 'hex'),
     decode(repeat('05', 32), 'hex'), '\x06', '2026-11-22 12:00Z');
insert into workspaces (workspace_id, name, created_at, updated_at) values
    ('5c21b7ee-0000-4000-8000-000000000001', '', '2026-11-22 12:00Z', '2026-11-22 12:00Z'),
    ('00000000-0000-7000-8000-00000000000a', '\x07', '2026-11-22 12:00Z', '2026-11-22 12:00Z');
insert into data_keys (workspace_id, record_id, class, version, wrapped, created_at) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', 'record.title', 1, '\x08', '2026-11-22 12:00Z');
insert into records (workspace_id, id, kind, state, shelf, changed_by, created_at, updated_at) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', 'sop', 'effective', 'archive',
     '00000000-0000-7000-8000-0000000000ac', '2026-11-22 12:00Z', '2026-11-22 12:00Z');
insert into record_fields (workspace_id, record_id, class, value) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', 'record.title', '\x09');
insert into audit_events (workspace_id, id, at, actor, action, target_kind, target_id, leaf, leaf_hash, openings) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000e1', '2026-11-22 12:00Z',
     '00000000-0000-7000-8000-0000000000ac', 'record.create', 'record', 'x', '{}', decode(repeat('06', 32), 'hex'), '\x0a'),
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000e2', '2026-11-22 12:00Z',
     null, 'record.rename', null, null, '{}', decode(repeat('07', 32), 'hex'), '\x0b');
insert into audit_unsealed (workspace_id, event_id) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000e2');
insert into audit_heads (workspace_id, size, frontier) values ('00000000-0000-7000-8000-00000000000a', 1, '\x0c');
insert into audit_leaves (workspace_id, position, event_id, leaf_hash) values
    ('00000000-0000-7000-8000-00000000000a', 0, '00000000-0000-7000-8000-0000000000e1', decode(repeat('06', 32), 'hex'));
insert into audit_nodes (workspace_id, level, index, hash) values
    ('00000000-0000-7000-8000-00000000000a', 0, 0, decode(repeat('06', 32), 'hex'));
insert into audit_checkpoints (workspace_id, size, note, signed_at) values
    ('00000000-0000-7000-8000-00000000000a', 1, 'note', '2026-11-22 12:00Z');
insert into document_updates (workspace_id, record_id, sequence, class, actor, session, at, updates, content) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', 1, 'record.body',
     '00000000-0000-7000-8000-0000000000ac', '00000000-0000-7000-8000-000000000005', '2026-11-22 12:00Z', 2, '\x0d');
insert into document_snapshots (workspace_id, record_id, sequence, class, at, content) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', 1, 'record.body',
     '2026-11-22 12:00Z', '\x0e');
insert into document_ranges (workspace_id, record_id, first, last, session, event_id) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', 1, 1,
     '00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-0000000000e2');
insert into document_unsealed (workspace_id, record_id, since) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000e', '2026-11-22 12:00Z');
insert into attachments (workspace_id, id, record_id, class, kind, size, content, content_of, key, added_by, added_at) values
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000aa', '00000000-0000-7000-8000-00000000000e',
     'record.body', 'png', 67, '\x0f', null, '\x10', '00000000-0000-7000-8000-0000000000ac', '2026-11-22 12:00Z'),
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000ab', '00000000-0000-7000-8000-00000000000e',
     'record.body', 'png', 67, null, '00000000-0000-7000-8000-0000000000aa', '\x11', '00000000-0000-7000-8000-0000000000ac',
     '2026-11-22 12:00Z');
