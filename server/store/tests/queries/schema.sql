-- The schema as text, a line a thing: what the golden file holds.
select line from (
    select 'table ' || format('%I.%I', n.nspname, c.relname) || case c.relpersistence when 'u' then ' unlogged' else '' end
        || case when c.relrowsecurity and c.relforcerowsecurity then ' forced-rls' else '' end
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('control', 'shared') and c.relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select 'column ' || format('%I.%I.%I', n.nspname, c.relname, a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attnotnull then ' not null' else '' end || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where n.nspname in ('control', 'shared') and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
    union all
    select 'constraint ' || k.conrelid::regclass::text || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
    where n.nspname in ('control', 'shared') and k.contype <> 'n'
    union all
    select 'index ' || pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('control', 'shared')
    union all
    select 'policy ' || format('%I.%I', schemaname, tablename) || ' ' || policyname || ' ' || lower(permissive) || ' for '
        || lower(cmd) || ' to ' || array_to_string(roles, ',')
        || regexp_replace(coalesce(' using ' || qual, '') || coalesce(' check ' || with_check, ''), '\s+', ' ', 'g')
    from pg_policies where schemaname in ('control', 'shared')
    union all
    select 'grant ' || format('%I.%I', n.nspname, c.relname) || ' to ' || g.grantee::regrole::text || ': '
        || string_agg(lower(g.privilege_type), ' ' order by g.privilege_type)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g
    where n.nspname in ('control', 'shared') and g.grantee <> c.relowner
    group by n.nspname, c.relname, g.grantee
    union all
    select 'grant ' || format('%I.%I.%I', n.nspname, c.relname, a.attname) || ' to ' || g.grantee::regrole::text || ': '
        || string_agg(lower(g.privilege_type), ' ' order by g.privilege_type)
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace,
        aclexplode(a.attacl) g
    where n.nspname in ('control', 'shared')
    group by n.nspname, c.relname, a.attname, g.grantee
    union all
    select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t where not t.tgisinternal
) as lines (line)
where line not like '%\_sqlx\_migrations%'
order by line collate "C"
