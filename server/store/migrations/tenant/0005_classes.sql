-- Field classes are compared as what they are, names in a list. For a statement on one record the words around the names, so
-- that they could be looked for as text, cost more than the list: each function of a policy is looked up whenever a
-- statement begins. The setting stays as it was; without one, nothing is in the list.

alter policy data_keys_class on data_keys
    using (class not like 'record.%'
        or class = any (string_to_array(current_setting('app.classes', true), ',')));
alter policy record_fields_class on record_fields
    using (class = any (string_to_array(current_setting('app.classes', true), ',')));
alter policy document_updates_class on document_updates
    using (class = any (string_to_array(current_setting('app.classes', true), ',')));
alter policy document_snapshots_class on document_snapshots
    using (class = any (string_to_array(current_setting('app.classes', true), ',')));
