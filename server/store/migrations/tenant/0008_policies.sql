-- The workspace is compared as it is set, no longer through a subquery. Every statement says its workspace besides, so that
-- the two are compared once, before the first row; a subquery is a plan of its own, begun and ended with every statement,
-- and cost one on a single record more than the comparison it saved. Who may see what stays as it was.

alter policy workspaces_tenant on workspaces
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy data_keys_tenant on data_keys
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy records_tenant on records
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy record_fields_tenant on record_fields
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy audit_events_tenant on audit_events
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy audit_unsealed_tenant on audit_unsealed
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy audit_heads_tenant on audit_heads
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy audit_leaves_tenant on audit_leaves
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy audit_nodes_tenant on audit_nodes
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy audit_checkpoints_tenant on audit_checkpoints
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy document_updates_tenant on document_updates
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy document_snapshots_tenant on document_snapshots
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy document_ranges_tenant on document_ranges
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy document_unsealed_tenant on document_unsealed
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
alter policy attachments_tenant on attachments
    using (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);
