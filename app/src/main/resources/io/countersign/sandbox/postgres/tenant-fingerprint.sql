-- Everything about the connected database but its rows and its name, one line per fact, in the same words wherever
-- it lies. Members of extensions are left out: their extension and its version stand for them.
WITH space AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), member AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), relation AS (
  SELECT c.*, s.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
   WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), routine AS (
  SELECT p.*, s.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
   WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
), kind AS (
  SELECT t.*, s.nspname || '.' || t.typname AS name
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace
   WHERE t.typtype IN ('e', 'd', 'r') AND NOT EXISTS
         (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
), database AS (
  SELECT * FROM pg_database WHERE datname = current_database()
), acl AS (
  SELECT 'database' AS name, coalesce(datacl, acldefault('d', datdba)) AS items FROM database
  UNION ALL
  SELECT 'schema ' || n.nspname, coalesce(n.nspacl, acldefault('n', n.nspowner))
    FROM pg_namespace n JOIN space USING (oid)
  UNION ALL
  SELECT 'relation ' || name, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'column ' || r.name || '.' || a.attname, a.attacl
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL
  UNION ALL
  SELECT 'routine ' || name, coalesce(proacl, acldefault('f', proowner)) FROM routine
  UNION ALL
  SELECT 'type ' || name, coalesce(typacl, acldefault('T', typowner)) FROM kind
  UNION ALL
  SELECT 'default for ' || pg_get_userbyid(defaclrole) || ' in '
         || coalesce((SELECT nspname FROM pg_namespace WHERE oid = defaclnamespace), 'every schema') || ' on ' || defaclobjtype::text,
         defaclacl
    FROM pg_default_acl
)
SELECT concat_ws(' ', 'database owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding),
                 'collate', datcollate, 'ctype', datctype, 'provider', datlocprovider, 'limit', datconnlimit) FROM database
UNION ALL
SELECT 'database comment ' || coalesce(shobj_description(oid, 'pg_database'), 'none') FROM database
UNION ALL
SELECT concat_ws(' ', 'setting for', CASE setrole WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(setrole) END, one)
  FROM pg_db_role_setting, unnest(setconfig) one WHERE setdatabase = (SELECT oid FROM database)
UNION ALL
SELECT 'grant on ' || name || ' ' || item::text FROM acl, unnest(items) item
UNION ALL
SELECT 'schema ' || n.nspname || ' owner ' || pg_get_userbyid(n.nspowner) FROM pg_namespace n JOIN space USING (oid)
UNION ALL
SELECT concat_ws(' ', 'relation', name, 'kind', relkind, 'owner', pg_get_userbyid(relowner), 'persistence', relpersistence,
                 'row security', relrowsecurity, 'forced', relforcerowsecurity, 'options', reloptions::text,
                 'partition', relispartition, pg_get_expr(relpartbound, oid),
                 'key', CASE WHEN relkind = 'p' THEN pg_get_partkeydef(oid) END,
                 CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
                 CASE WHEN relkind IN ('i', 'I') THEN pg_get_indexdef(oid) END,
                 'populated', relispopulated) FROM relation
UNION ALL
SELECT concat_ws(' ', 'column', r.name || '.' || a.attname, 'at',
                 -- dropped columns are gone after a dump
                 row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum),
                 format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull, 'identity', a.attidentity,
                 'generated', a.attgenerated, 'storage', a.attstorage, 'default', pg_get_expr(d.adbin, d.adrelid),
                 'collation', a.attcollation::regcollation)
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
  LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
 WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT concat_ws(' ', 'constraint', coalesce(r.name, k.name), c.conname, pg_get_constraintdef(c.oid), 'valid', c.convalidated)
  FROM pg_constraint c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN kind k ON k.oid = c.contypid
 WHERE r.oid IS NOT NULL OR k.oid IS NOT NULL
UNION ALL
SELECT concat_ws(' ', 'trigger', r.name, pg_get_triggerdef(t.oid), 'enabled', t.tgenabled)
  FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
SELECT concat_ws(' ', 'policy', schemaname || '.' || tablename, policyname, permissive, (SELECT array_agg(one ORDER BY one)::text FROM unnest(roles) one),
                 cmd, 'using', qual, 'check', with_check) FROM pg_policies
UNION ALL
SELECT concat_ws(' ', 'routine', name, 'owner', pg_get_userbyid(proowner), 'body', md5(
                 CASE WHEN prokind IN ('f', 'p') THEN pg_get_functiondef(oid) ELSE prosrc END)) FROM routine
UNION ALL
SELECT concat_ws(' ', 'type', name, 'kind', typtype, 'owner', pg_get_userbyid(typowner), 'base',
                 format_type(typbasetype, typtypmod), 'not null', typnotnull, 'default', typdefault,
                 (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = kind.oid)) FROM kind
UNION ALL
SELECT concat_ws(' ', 'extension', extname, extversion, 'owner', pg_get_userbyid(extowner), 'schema', extnamespace::regnamespace)
  FROM pg_extension
UNION ALL
SELECT concat_ws(' ', 'sequence', r.name, format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle,
                 'of', (SELECT o.name || '.' || a.attname FROM pg_depend d JOIN relation o ON o.oid = d.refobjid
                          JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')))
  FROM pg_sequence q JOIN relation r ON r.oid = q.seqrelid
UNION ALL
SELECT concat_ws(' ', 'comment on', i.type, i.identity, d.description)
  FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
 WHERE d.objoid >= 16384 AND NOT EXISTS (SELECT FROM member m WHERE m.classid = d.classoid AND m.objid = d.objoid)
UNION ALL
SELECT concat_ws(' ', 'event trigger', evtname, evtevent, evtenabled, evtfoid::regprocedure) FROM pg_event_trigger
UNION ALL
SELECT concat_ws(' ', 'publication', pubname, puballtables, pg_get_userbyid(pubowner)) FROM pg_publication
UNION ALL
SELECT concat_ws(' ', 'large objects', count(*)) FROM pg_largeobject_metadata
