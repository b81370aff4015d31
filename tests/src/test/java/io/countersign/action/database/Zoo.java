package io.countersign.action.database;

/**
 * Every kind of object that PostgreSQL 15 to 18 know inside a database and that its owner may make
 * himself, one constant each, in an order in which they can be made; those that a later version
 * brought say which. {@link RareZoo} has those for which it takes a superuser.
 *
 * <p>{@code made} makes it; {@code look} answers one text that must be the same in a copy.
 */
enum Zoo {
  SCHEMAS(
      """
      CREATE SCHEMA z; COMMENT ON SCHEMA z IS 'animals';
      GRANT USAGE ON SCHEMA z TO acme_app; CREATE SCHEMA "Z "" odd";
      """,
      "SELECT string_agg(concat_ws(' ', nspname, nspacl), ',' ORDER BY nspname) FROM pg_namespace"
          + " WHERE nspname ILIKE 'z%'"),
  EXTENSIONS(
      "CREATE EXTENSION btree_gist SCHEMA z; CREATE EXTENSION hstore SCHEMA z",
      "SELECT string_agg(extname || extversion || extnamespace::regnamespace, ',' ORDER BY 1)"
          + " FROM pg_extension"),
  COLLATIONS(
      """
      CREATE COLLATION z.german (provider = icu, locale = 'de-u-co-phonebk');
      CREATE COLLATION z.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)
      """,
      "SELECT string_agg(collname || coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->>"
          + " 'colliculocale') || collisdeterministic, ',' ORDER BY 1) FROM pg_collation c WHERE"
          + " collnamespace = 'z'::regnamespace"),
  ENUMS(
      "CREATE TYPE z.mood AS ENUM ('sad', 'ok', 'glad'); COMMENT ON TYPE z.mood IS 'm'",
      "SELECT enum_range(NULL::z.mood)::text"),
  COMPOSITES(
      "CREATE TYPE z.pair AS (a int, b text, c z.mood)", "SELECT ROW(1, 'x', 'ok')::z.pair::text"),
  DOMAINS(
      """
      CREATE DOMAIN z.positive AS int DEFAULT 1 CONSTRAINT above CHECK (VALUE > 0);
      CREATE DOMAIN z.moods AS z.mood[]; GRANT USAGE ON TYPE z.positive TO acme_app;
      ALTER DOMAIN z.positive ADD CONSTRAINT below CHECK (VALUE < 1000000) NOT VALID
      """,
      "SELECT string_agg(concat_ws(' ', conname, convalidated, pg_get_constraintdef(oid)), ','"
          + " ORDER BY 1) FROM pg_constraint WHERE contypid = 'z.positive'::regtype"),
  RANGES(
      "CREATE TYPE z.span AS RANGE (subtype = float8, multirange_type_name = z.spans)",
      "SELECT (z.spans(z.span(1, 2), z.span(3, 4)))::text"),
  SEQUENCES(
      """
      CREATE SEQUENCE z.even INCREMENT 2 MINVALUE 0 MAXVALUE 100 START 10 CACHE 5 CYCLE;
      SELECT nextval('z.even');
      CREATE SEQUENCE z.fresh AS smallint START 7;
      CREATE UNLOGGED SEQUENCE z.quick; SELECT setval('z.quick', 42, false);
      GRANT USAGE ON SEQUENCE z.even TO acme_app
      """,
      "SELECT concat((SELECT (last_value, is_called)::text FROM z.even),"
          + " (SELECT (last_value, is_called)::text FROM z.fresh),"
          + " (SELECT (last_value, is_called)::text FROM z.quick))"),
  TABLES_OF_ALL_TYPES(
      """
      CREATE TABLE z.types (
        id serial PRIMARY KEY, a "char", b name, c numeric(30, 10)[], d money, e timestamptz[],
        f interval, g inet, h macaddr8, i bit varying, j point, k path, l polygon, m circle,
        n tsvector, o tsquery, p jsonb, q json, r jsonpath, s uuid, t pg_lsn, u bytea, v xml,
        w regclass, x regproc, y oid, z z.mood[], aa z.pair[], ab z.positive[], ac z.moods,
        ad z.span[], ae z.spans, af z.hstore, ag int4range, ah datemultirange, ai aclitem,
        aj float8, ak timetz, al text COLLATE z.german, am char(5), an xid8, ao tid);
      INSERT INTO z.types VALUES (DEFAULT, 'x', 'n', '{NaN,1.5000000000,NULL}', -1234.56,
        '{infinity,-infinity,2026-01-01}', '1 mon -2 days 3.000001 s', '::1/64', '08:00:2b:01:02:03:04:05',
        '10110', '(1,2)', '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', '<(0,0),3>', 'a:1A fat:2', 'a & b',
        '{"a": 1.00}', '{"b":  2}', '$.a[*] ? (@ > 1)', '00000000-0000-0000-0000-000000000001',
        '16/B374D848', '\\x00ff0a5c09', '<?xml version="1.0"?><a>&lt;ä</a>', 'z.types', 'now', 4711,
        '{sad,glad}', ARRAY[ROW(1, 'x', 'ok')::z.pair, NULL], '{1,2}', '{ok}', '{"[1,2)"}',
        '{[1,2),[5,6)}', 'a=>1,b=>NULL', '[1,5)', '{[2026-01-01,2026-02-01)}',
        'acme_owner=r/acme_owner', 0.1::float8 + 0.2, '12:00:00+02', 'Ärger', 'ab', '99', '(1,2)');
      INSERT INTO z.types (a) VALUES (NULL)
      """,
      "SELECT string_agg((t.*)::text, E'\\n' ORDER BY id) FROM z.types t"),
  ODD_TEXTS_AND_WIDE_ROWS(
      """
      CREATE TABLE z."wi""de " (id int, "co l""umn" text);
      ALTER TABLE z."wi""de " ALTER "co l""umn" SET STORAGE EXTERNAL;
      INSERT INTO z."wi""de " SELECT g, repeat(chr(9) || E'\\\\N\\n\\\\.\\r€😀', g * 40000)
        FROM generate_series(0, 5) g;
      ALTER TABLE z."wi""de " ALTER "co l""umn" SET COMPRESSION pglz
      """,
      "SELECT string_agg(id || md5(\"co l\"\"umn\"), ',' ORDER BY id) FROM z.\"wi\"\"de \""),
  TABLES_OF_NO_AND_OF_LOST_COLUMNS(
      """
      CREATE TABLE z.none (); INSERT INTO z.none DEFAULT VALUES; INSERT INTO z.none DEFAULT VALUES;
      CREATE TABLE z.lost (a int, b int, c text); ALTER TABLE z.lost DROP b;
      INSERT INTO z.lost VALUES (1, 'c'); ALTER TABLE z.lost ADD d int DEFAULT 5;
      CREATE TABLE z.computed (c int GENERATED ALWAYS AS (1 + 1) STORED);
      INSERT INTO z.computed DEFAULT VALUES
      """,
      "SELECT concat((SELECT count(*) FROM z.none), (SELECT l::text FROM z.lost l),"
          + " (SELECT c FROM z.computed))"),
  GENERATED_AND_IDENTITY_COLUMNS(
      """
      CREATE FUNCTION z.twice(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 * 2;
      CREATE TABLE z.made (
        a int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5), b int GENERATED BY DEFAULT AS IDENTITY,
        c int DEFAULT z.twice(3), d int GENERATED ALWAYS AS (z.twice(c)) STORED);
      INSERT INTO z.made (c) VALUES (1), (2); INSERT INTO z.made (a, c) OVERRIDING SYSTEM VALUE VALUES (99, 3)
      """,
      "SELECT string_agg(m::text, ',' ORDER BY a) || (SELECT last_value FROM z.made_a_seq)"
          + " FROM z.made m"),
  UNLOGGED_AND_TYPED_TABLES(
      """
      CREATE UNLOGGED TABLE z.swift (a int PRIMARY KEY); INSERT INTO z.swift VALUES (1), (2);
      CREATE TABLE z.typed OF z.pair (PRIMARY KEY (a)); INSERT INTO z.typed VALUES (1, 'b', 'sad')
      """,
      "SELECT concat((SELECT sum(a) FROM z.swift), (SELECT t::text FROM z.typed t),"
          + " (SELECT relpersistence FROM pg_class WHERE oid = 'z.swift'::regclass))"),
  INHERITANCE(
      """
      CREATE TABLE z.beast (id int PRIMARY KEY, name text); CREATE TABLE z.pet (owner text) INHERITS (z.beast);
      CREATE TABLE z.dog (tail int) INHERITS (z.pet);
      INSERT INTO z.beast VALUES (1, 'b'); INSERT INTO z.pet VALUES (2, 'p', 'o');
      INSERT INTO z.dog VALUES (3, 'd', 'o', 4)
      """,
      "SELECT string_agg(tableoid::regclass::text || id, ',' ORDER BY id) FROM z.beast"),
  PARTITIONS(
      """
      CREATE TABLE z.day (id int, at date, kind text, UNIQUE (id, at, kind)) PARTITION BY RANGE (at);
      CREATE TABLE z.day_1 (kind text, at date, id int);
      ALTER TABLE z.day ATTACH PARTITION z.day_1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE z.day_2 PARTITION OF z.day FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')
        PARTITION BY LIST (kind);
      CREATE TABLE z.day_2a PARTITION OF z.day_2 FOR VALUES IN ('a', NULL);
      CREATE TABLE z.day_2b PARTITION OF z.day_2 DEFAULT; CREATE TABLE z.day_x PARTITION OF z.day DEFAULT;
      CREATE INDEX day_kind ON z.day (kind); CREATE INDEX day_only ON ONLY z.day (id);
      CREATE TABLE z.hashed (id int PRIMARY KEY, d int) PARTITION BY HASH (id);
      CREATE TABLE z.hashed_0 PARTITION OF z.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE z.hashed_1 PARTITION OF z.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
      INSERT INTO z.day SELECT g, '2026-01-01'::date + g % 90, chr(97 + g % 3) FROM generate_series(1, 300) g;
      INSERT INTO z.hashed SELECT g, g FROM generate_series(1, 50) g
      """,
      """
      SELECT concat((SELECT string_agg(p || ':' || n, ',' ORDER BY p) FROM
        (SELECT tableoid::regclass::text AS p, count(*) AS n FROM z.day GROUP BY 1
         UNION ALL SELECT tableoid::regclass::text, count(*) FROM z.hashed GROUP BY 1) x),
        (SELECT string_agg(indexrelid::regclass::text || indisvalid, ',' ORDER BY indexrelid::regclass::text)
           FROM pg_index WHERE indrelid = 'z.day'::regclass))
      """),
  INDEXES(
      """
      CREATE TABLE z.indexed (id int PRIMARY KEY, t text, j jsonb, r int4range, p point, n int NOT NULL);
      INSERT INTO z.indexed SELECT g, 't{d ''x''}' || g, '{"a": 1}', int4range(g, g + 1), point(g, g), g
        FROM generate_series(1, 200) g;
      CREATE INDEX i_expr ON z.indexed (lower(t) text_pattern_ops DESC NULLS LAST) WHERE t <> '{d ''x''}';
      CREATE INDEX i_gin ON z.indexed USING gin (j jsonb_path_ops) WITH (fastupdate = off);
      CREATE INDEX i_gist ON z.indexed USING gist (r); CREATE INDEX i_spgist ON z.indexed USING spgist (p);
      CREATE INDEX i_brin ON z.indexed USING brin (n); CREATE INDEX i_hash ON z.indexed USING hash (n);
      CREATE UNIQUE INDEX i_unique ON z.indexed (n) INCLUDE (t) NULLS NOT DISTINCT;
      CREATE INDEX i_two ON z.indexed ((n + 1), (n - 1)); ALTER INDEX z.i_two ALTER COLUMN 2 SET STATISTICS 77;
      ALTER TABLE z.indexed CLUSTER ON i_two; ALTER TABLE z.indexed REPLICA IDENTITY USING INDEX i_unique;
      COMMENT ON INDEX z.i_gin IS 'g'
      """,
      "SELECT string_agg(concat_ws(' ', pg_get_indexdef(indexrelid), indisclustered,"
          + " indisreplident, indisvalid), ',' ORDER BY 1) FROM pg_index WHERE indrelid ="
          + " 'z.indexed'::regclass"),
  TABLESPACES(
      """
      CREATE TABLE z.stored (a int, b int PRIMARY KEY USING INDEX TABLESPACE elsewhere) TABLESPACE elsewhere;
      INSERT INTO z.stored VALUES (1, 2); CREATE INDEX stored_a ON z.stored (a) TABLESPACE elsewhere;
      CREATE MATERIALIZED VIEW z.stored_too TABLESPACE elsewhere AS SELECT 1 AS a; CREATE TABLE z.stored_here (a int)
      """,
      "SELECT string_agg(concat_ws(' ', c.relname, spcname), ',' ORDER BY c.relname) FROM pg_class"
          + " c LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE relname LIKE 'stored%'"),
  CONSTRAINTS(
      """
      CREATE TABLE z.bound (
        id int CONSTRAINT bound_pk PRIMARY KEY DEFERRABLE INITIALLY DEFERRED,
        room int, during int4range, up int REFERENCES z.indexed ON DELETE SET NULL, n int UNIQUE NULLS NOT DISTINCT,
        self int, CHECK (id > 0), EXCLUDE USING gist (room WITH =, during WITH &&));
      INSERT INTO z.bound VALUES (1, 1, '[1,2)', 1, NULL, NULL), (2, 1, '[2,3)', 2, 5, NULL);
      CREATE TABLE z.ends (id int PRIMARY KEY, a int, b int REFERENCES z.hashed, c int, d date, e text,
        FOREIGN KEY (c, d, e) REFERENCES z.day (id, at, kind) ON DELETE SET NULL (c) DEFERRABLE);
      INSERT INTO z.ends VALUES (1, 2, 3, 4, '2026-01-05', 'b');
      ALTER TABLE z.ends ADD FOREIGN KEY (a) REFERENCES z.ends NOT VALID;
      ALTER TABLE z.hashed ADD FOREIGN KEY (d) REFERENCES z.indexed;
      ALTER TABLE z.bound ADD CONSTRAINT later CHECK (id < 2) NOT VALID;
      ALTER TABLE z.bound ADD CONSTRAINT own CHECK (n <> 7) NO INHERIT;
      COMMENT ON CONSTRAINT later ON z.bound IS 'l'
      """,
      "SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, convalidated,"
          + " pg_get_constraintdef(oid)), ',' ORDER BY 1) FROM pg_constraint"
          + " WHERE connamespace = 'z'::regnamespace"),
  CYCLES_OF_FOREIGN_KEYS(
      """
      CREATE TABLE z.hen (id int PRIMARY KEY, egg int); CREATE TABLE z.egg (id int PRIMARY KEY, hen int);
      ALTER TABLE z.hen ADD FOREIGN KEY (egg) REFERENCES z.egg; INSERT INTO z.egg VALUES (1, 1);
      INSERT INTO z.hen VALUES (1, 1); ALTER TABLE z.egg ADD FOREIGN KEY (hen) REFERENCES z.hen
      """,
      "SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND conrelid IN"
          + " ('z.hen'::regclass, 'z.egg'::regclass) AND convalidated"),
  OPTIONS_OF_TABLES(
      """
      CREATE TABLE z.tuned (a int, b text) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
      ALTER TABLE z.tuned ALTER a SET STATISTICS 500, ALTER a SET (n_distinct = -0.5), REPLICA IDENTITY FULL
      """,
      "SELECT concat(reloptions, relreplident, (SELECT attstattarget || attoptions::text FROM"
          + " pg_attribute WHERE attrelid = c.oid AND attname = 'a')) FROM pg_class c"
          + " WHERE oid = 'z.tuned'::regclass"),
  EXTENDED_STATISTICS(
      "CREATE STATISTICS z.both (dependencies, mcv) ON id, t FROM z.indexed;"
          + " CREATE STATISTICS z.expr ON (n % 7) FROM z.indexed;"
          + " ALTER STATISTICS z.both SET STATISTICS 33",
      "SELECT string_agg(pg_get_statisticsobjdef(oid) || stxstattarget, ',' ORDER BY 1)"
          + " FROM pg_statistic_ext"),
  FUNCTIONS(
      """
      CREATE FUNCTION z.guarded(VARIADIC a int[] DEFAULT '{1}') RETURNS bigint LANGUAGE plpgsql STABLE STRICT
        SECURITY DEFINER PARALLEL SAFE COST 7 SET search_path = z, pg_temp AS $f$
        --
        -- Name: evil; Type: INDEX; Schema: z; Owner: acme_owner
        --
        BEGIN RETURN (SELECT sum(x) FROM unnest(a) x); END $f$;
      REVOKE ALL ON FUNCTION z.guarded FROM PUBLIC; GRANT EXECUTE ON FUNCTION z.guarded TO acme_app;
      CREATE FUNCTION z.early() RETURNS bigint LANGUAGE sql BEGIN ATOMIC
        SELECT count(*) FROM (SELECT id, t FROM z.indexed GROUP BY id) x; END;
      CREATE PROCEDURE z.proceed(INOUT a int) LANGUAGE plpgsql AS 'BEGIN a := a + 1; END';
      CREATE FUNCTION z.many() RETURNS TABLE (a int, b text) LANGUAGE sql ROWS 5 AS 'SELECT 1, ''x''';
      SET check_function_bodies = off;
      CREATE FUNCTION z.later() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM z.made_later';
      CREATE TABLE z.made_later (a int)
      """,
      "SELECT string_agg(concat(pg_get_functiondef(oid), proacl), ',' ORDER BY proname) FROM"
          + " pg_proc WHERE pronamespace = 'z'::regnamespace AND prokind IN ('f', 'p') AND prolang"
          + " <> (SELECT oid FROM pg_language WHERE lanname = 'c')"),
  AGGREGATES_AND_OPERATORS(
      """
      CREATE AGGREGATE z.total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl);
      CREATE FUNCTION z.near(int, int) RETURNS bool LANGUAGE sql IMMUTABLE RETURN abs($1 - $2) < 2;
      CREATE OPERATOR z.<~> (LEFTARG = int, RIGHTARG = int, FUNCTION = z.near, COMMUTATOR = OPERATOR(z.<~>));
      CREATE TABLE z.operated (a int CHECK (a OPERATOR(z.<~>) 5)); INSERT INTO z.operated VALUES (5)
      """,
      "SELECT concat((SELECT z.total(a) FROM z.operated), 1 OPERATOR(z.<~>) 2)"),
  CASTS_AND_CONVERSIONS(
      """
      CREATE FUNCTION z.to_int(z.pair) RETURNS int LANGUAGE sql IMMUTABLE RETURN ($1).a;
      CREATE CAST (z.pair AS int) WITH FUNCTION z.to_int(z.pair) AS ASSIGNMENT;
      CREATE CONVERSION z.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8
      """,
      "SELECT concat(ROW(3, '', 'ok')::z.pair::int, (SELECT conname FROM pg_conversion WHERE"
          + " connamespace = 'z'::regnamespace))"),
  TEXT_SEARCH(
      """
      CREATE TEXT SEARCH DICTIONARY z.plain (TEMPLATE = simple, STOPWORDS = english);
      CREATE TEXT SEARCH CONFIGURATION z.conf (COPY = english);
      ALTER TEXT SEARCH CONFIGURATION z.conf ALTER MAPPING FOR asciiword WITH z.plain, english_stem
      """,
      "SELECT to_tsvector('z.conf', 'The running dogs')::text"),
  VIEWS(
      """
      CREATE VIEW z.seen WITH (security_barrier, security_invoker) AS SELECT * FROM z.indexed WHERE n > 5
        WITH LOCAL CHECK OPTION;
      CREATE VIEW z.needs_key AS SELECT id, t, count(*) AS c FROM z.indexed GROUP BY id;
      CREATE VIEW z.counted AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) TABLE c;
      ALTER VIEW z.seen ALTER COLUMN t SET DEFAULT 'd'; GRANT SELECT (id) ON z.seen TO exporter
      """,
      "SELECT concat((SELECT count(*) FROM z.seen), (SELECT count(*) FROM z.needs_key),"
          + " (SELECT sum(n) FROM z.counted))"),
  RULES(
      "CREATE RULE log AS ON DELETE TO z.seen DO INSTEAD NOTHING;"
          + " CREATE RULE also AS ON INSERT TO z.lost WHERE NEW.a = 77 DO ALSO DELETE FROM z.none;"
          + " ALTER TABLE z.lost DISABLE RULE also",
      "SELECT string_agg(definition, ',' ORDER BY rulename) FROM pg_rules WHERE schemaname = 'z'"),
  MATERIALIZED_VIEWS(
      """
      CREATE MATERIALIZED VIEW z.sums AS SELECT n % 3 AS k, count(*) AS c FROM z.indexed GROUP BY 1;
      CREATE UNIQUE INDEX ON z.sums (k);
      CREATE MATERIALIZED VIEW z.a_sum_of_sums AS SELECT sum(c) AS s FROM z.sums;
      CREATE MATERIALIZED VIEW z.keyed AS SELECT id, t FROM z.indexed GROUP BY id;
      CREATE MATERIALIZED VIEW z.empty AS SELECT 1 AS a WITH NO DATA; COMMENT ON MATERIALIZED VIEW z.sums IS 's'
      """,
      "SELECT concat((SELECT s FROM z.a_sum_of_sums), (SELECT count(*) FROM z.keyed),"
          + " (SELECT relispopulated FROM pg_class WHERE oid = 'z.empty'::regclass))"),
  TRIGGERS(
      """
      CREATE FUNCTION z.fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger fired'; END $$;
      CREATE TRIGGER every BEFORE INSERT OR UPDATE OF t ON z.indexed FOR EACH ROW WHEN (NEW.n > 3)
        EXECUTE FUNCTION z.fired('x', 'y');
      CREATE TRIGGER many AFTER DELETE ON z.indexed REFERENCING OLD TABLE AS gone EXECUTE FUNCTION z.fired();
      CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON z.bound DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        EXECUTE FUNCTION z.fired();
      CREATE TRIGGER parted AFTER INSERT ON z.day FOR EACH ROW EXECUTE FUNCTION z.fired();
      ALTER TABLE z.day_1 DISABLE TRIGGER parted;
      ALTER TABLE z.indexed ENABLE ALWAYS TRIGGER every, DISABLE TRIGGER many;
      CREATE TRIGGER instead INSTEAD OF INSERT ON z.needs_key FOR EACH ROW EXECUTE FUNCTION z.fired()
      """,
      "SELECT string_agg(pg_get_triggerdef(oid) || tgenabled::text, ',' ORDER BY 1) FROM pg_trigger"
          + " WHERE NOT tgisinternal"),
  ROW_SECURITY(
      """
      CREATE TABLE z.secured (id int PRIMARY KEY, who text); INSERT INTO z.secured VALUES (1, 'a'), (2, 'b');
      ALTER TABLE z.secured ENABLE ROW LEVEL SECURITY;
      CREATE POLICY mine ON z.secured TO acme_app USING (who = current_user) WITH CHECK (id > 0);
      CREATE POLICY never ON z.secured AS RESTRICTIVE FOR DELETE USING (false)
      """,
      "SELECT concat((SELECT count(*) FROM z.secured), string_agg(p::text, ',' ORDER BY"
          + " policyname)) FROM pg_policies p"),
  GRANTS(
      """
      CREATE TABLE z.given (a int, b int); GRANT CREATE, USAGE ON SCHEMA z TO acme_reports_owner; GRANT SELECT ON z.given TO acme_reports_owner WITH GRANT OPTION;
      SET ROLE acme_reports_owner; GRANT SELECT ON z.given TO PUBLIC; SET ROLE acme_owner;
      GRANT UPDATE (b), REFERENCES (a) ON z.given TO exporter;
      CREATE TABLE z.mine_no_more (a int); INSERT INTO z.mine_no_more VALUES (1);
      REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON z.mine_no_more FROM acme_owner;
      CREATE TABLE z.foreign_owned (a int PRIMARY KEY);
      INSERT INTO z.foreign_owned VALUES (3); RESET ROLE; ALTER TABLE z.foreign_owned OWNER TO acme_reports_owner
      """,
      "SELECT string_agg(concat_ws(' ', relname, relowner::regrole, relacl), ',' ORDER BY relname)"
          + " FROM pg_class WHERE relname IN ('given', 'mine_no_more', 'foreign_owned')"),
  DEFAULT_PRIVILEGES(
      "ALTER DEFAULT PRIVILEGES IN SCHEMA z GRANT ALL ON TABLES TO exporter;"
          + " ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
      "SELECT string_agg(concat_ws(' ', defaclnamespace::regnamespace, defaclobjtype, defaclacl),"
          + " ',' ORDER BY 1) FROM pg_default_acl"),
  LARGE_OBJECTS(
      """
      SELECT lo_from_bytea(4711, 'small'); SELECT lo_create(4712);
      SELECT lo_from_bytea(4713, convert_to(repeat('0123456789', 70000), 'UTF8'));
      SELECT lo_put(lo_create(4714), 300000, 'after a hole'); SELECT lo_from_bytea(4715, convert_to(repeat('x', 262144), 'UTF8'));
      SELECT count(lo_from_bytea(5000 + g::oid::int, convert_to('n' || g, 'UTF8'))) FROM generate_series(1, 40) g;
      GRANT SELECT ON LARGE OBJECT 4711 TO exporter; COMMENT ON LARGE OBJECT 4713 IS 'scan'
      """,
      "SELECT string_agg(concat_ws(' ', oid, lomowner::regrole, lomacl, md5(lo_get(oid))), ','"
          + " ORDER BY oid) FROM pg_largeobject_metadata"),
  PUBLICATIONS(
      "CREATE PUBLICATION a_few FOR TABLE z.indexed (id, n) WHERE (n > 3), z.lost"
          + " WITH (publish = 'insert')",
      "SELECT string_agg(t::text, ',' ORDER BY tablename) FROM pg_publication_tables t"),
  RULES_OF_COLLATIONS(
      16,
      """
      CREATE COLLATION z.ruled (provider = icu, locale = 'und', rules = '&a < g');
      CREATE TABLE z.by_rule (a text COLLATE z.ruled PRIMARY KEY); INSERT INTO z.by_rule VALUES ('b'), ('g'), ('a')
      """,
      "SELECT concat((SELECT to_jsonb(c) ->> 'collicurules' FROM pg_collation c WHERE collname ="
          + " 'ruled'), (SELECT string_agg(a, '' ORDER BY a) FROM z.by_rule))"),
  JSON_CONSTRUCTORS(
      16,
      "CREATE VIEW z.as_json AS SELECT JSON_OBJECT('a': 1, 'b': NULL ABSENT ON NULL) AS o,"
          + " JSON_ARRAY(1, 2 RETURNING jsonb) AS r, '{}' IS JSON OBJECT WITH UNIQUE KEYS AS j",
      "SELECT v::text FROM z.as_json v"),
  BUILT_IN_COLLATIONS(
      17,
      """
      CREATE COLLATION z.steady (provider = builtin, locale = 'C.UTF-8');
      CREATE TABLE z.sorted (a text COLLATE z.steady PRIMARY KEY); INSERT INTO z.sorted VALUES ('b'), ('B'), ('Ä')
      """,
      "SELECT concat((SELECT collprovider FROM pg_collation WHERE collname = 'steady'),"
          + " (SELECT string_agg(upper(a), '' ORDER BY a) FROM z.sorted))"),
  GRANTS_OF_MAINTENANCE(
      17,
      "CREATE TABLE z.kept_up (a int); GRANT MAINTAIN ON z.kept_up TO exporter WITH GRANT OPTION",
      "SELECT relacl::text FROM pg_class WHERE oid = 'z.kept_up'::regclass"),
  IDENTITY_AND_EXCLUSION_OF_PARTITIONS(
      17,
      """
      CREATE TABLE z.numbered (id int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5), at date, room int4range,
        EXCLUDE USING gist (at WITH =, room WITH &&)) PARTITION BY RANGE (at);
      CREATE TABLE z.numbered_1 PARTITION OF z.numbered FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      INSERT INTO z.numbered (at, room) VALUES ('2026-01-01', '[1,2)'), ('2026-01-01', '[2,3)')
      """,
      "SELECT concat((SELECT string_agg(n::text, ',' ORDER BY id) FROM z.numbered n), (SELECT"
          + " last_value FROM z.numbered_id_seq), (SELECT string_agg(attidentity, '') FROM"
          + " pg_attribute WHERE attrelid = 'z.numbered_1'::regclass))"),
  DOMAINS_WITH_NAMED_NOT_NULLS(
      17,
      "CREATE DOMAIN z.due AS text CONSTRAINT stands_there NOT NULL; CREATE DOMAIN z.due_too AS"
          + " text NOT NULL",
      "SELECT string_agg(concat_ws(' ', conname, contypid::regtype, pg_get_constraintdef(oid)),"
          + " ',' ORDER BY contypid::regtype::text) FROM pg_constraint WHERE contypid IN"
          + " ('z.due'::regtype, 'z.due_too'::regtype)"),
  JSON_TABLES(
      17,
      """
      CREATE VIEW z.json_rows AS SELECT * FROM JSON_TABLE('[{"a": 1, "b": [2, 3]}]'::jsonb, '$[*]' COLUMNS (
        n FOR ORDINALITY, a int PATH '$.a' DEFAULT 7 ON EMPTY, NESTED PATH '$.b[*]' COLUMNS (b int PATH '$'))) t
      """,
      "SELECT string_agg(r::text, ',' ORDER BY b) FROM z.json_rows r"),
  MERGES(
      17,
      """
      CREATE FUNCTION z.merged() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC
        MERGE INTO z.lost l USING z.made_later m ON l.a = m.a WHEN MATCHED THEN DELETE
          WHEN NOT MATCHED BY SOURCE THEN DO NOTHING RETURNING merge_action(); END
      """,
      "SELECT md5(pg_get_functiondef('z.merged'::regproc))"),
  VIRTUAL_COLUMNS(
      18,
      """
      CREATE TABLE z.virtual (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c text,
        d text GENERATED ALWAYS AS (upper(c)), e int GENERATED ALWAYS AS (a + 1) STORED, CHECK (b < 100));
      INSERT INTO z.virtual (a, c) VALUES (1, 'x'), (2, NULL);
      CREATE TABLE z.only_virtual (b int GENERATED ALWAYS AS (7) VIRTUAL);
      INSERT INTO z.only_virtual DEFAULT VALUES; INSERT INTO z.only_virtual DEFAULT VALUES
      """,
      "SELECT concat((SELECT string_agg(v::text, ',' ORDER BY a) FROM z.virtual v), (SELECT sum(b)"
          + " FROM z.only_virtual), (SELECT string_agg(attgenerated, '' ORDER BY attnum) FROM"
          + " pg_attribute WHERE attrelid = 'z.virtual'::regclass))"),
  NAMED_AND_UNPROVED_NOT_NULLS(
      18,
      """
      CREATE TABLE z.needed (a int CONSTRAINT a_is_there NOT NULL, b int, c int NOT NULL NO INHERIT);
      INSERT INTO z.needed VALUES (1, NULL, 3); ALTER TABLE z.needed ADD CONSTRAINT b_is_there NOT NULL b NOT VALID;
      COMMENT ON CONSTRAINT a_is_there ON z.needed IS 'a';
      CREATE TABLE z.needs_more (d int CONSTRAINT d_is_there NOT NULL) INHERITS (z.needed);
      CREATE DOMAIN z.there AS text CONSTRAINT is_there NOT NULL
      """,
      "SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, convalidated, connoinherit,"
          + " coninhcount, pg_get_constraintdef(oid)), ',' ORDER BY conname,"
          + " conrelid::regclass::text) FROM pg_constraint WHERE conname LIKE '%there'"),
  NAMES_OF_NOT_NULLS_THAT_ANOTHER_TABLE_BEARS(
      18,
      """
      CREATE TABLE z.queued (id int NOT NULL, state text NOT NULL); CREATE TABLE z.queue_child () INHERITS (z.queued);
      CREATE TABLE z.ended (LIKE z.queued INCLUDING ALL); INSERT INTO z.queued VALUES (1, 'x'); INSERT INTO z.ended VALUES (2, 'y')
      """,
      "SELECT string_agg(concat_ws(' ', conrelid::regclass, conname), ',' ORDER BY 1) FROM"
          + " pg_constraint WHERE contype = 'n' AND conrelid IN ('z.queued'::regclass,"
          + " 'z.ended'::regclass, 'z.queue_child'::regclass)"),
  CONSTRAINTS_NOT_ENFORCED(
      18,
      """
      CREATE TABLE z.lax (a int PRIMARY KEY, b int CONSTRAINT lax_key REFERENCES z.indexed NOT ENFORCED,
        CONSTRAINT lax_check CHECK (b > 0) NOT ENFORCED);
      INSERT INTO z.lax VALUES (1, -5)
      """,
      "SELECT concat((SELECT string_agg(l::text, '') FROM z.lax l), string_agg(concat_ws(' ',"
          + " conname, to_jsonb(c) ->> 'conenforced', pg_get_constraintdef(oid)), ',' ORDER BY"
          + " conname)) FROM pg_constraint c WHERE conname LIKE 'lax%'"),
  TEMPORAL_KEYS(
      18,
      """
      CREATE TABLE z.lease (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
      CREATE TABLE z.stay (id int UNIQUE, room int, during daterange,
        FOREIGN KEY (room, PERIOD during) REFERENCES z.lease (room, PERIOD during));
      INSERT INTO z.lease VALUES (1, '[2026-01-01,2026-02-01)'), (1, '[2026-02-01,2026-03-01)');
      INSERT INTO z.stay VALUES (1, 1, '[2026-01-20,2026-02-10)')
      """,
      "SELECT concat((SELECT string_agg(l::text, ',' ORDER BY during) FROM z.lease l), (SELECT"
          + " s::text FROM z.stay s), string_agg(pg_get_constraintdef(oid), ',' ORDER BY 1)) FROM"
          + " pg_constraint WHERE conrelid IN ('z.lease'::regclass, 'z.stay'::regclass)"),
  PUBLICATIONS_OF_GENERATED_COLUMNS(
      18,
      "CREATE PUBLICATION of_made FOR TABLE z.made WITH (publish_generated_columns = stored)",
      "SELECT to_jsonb(p) ->> 'pubgencols' FROM pg_publication p WHERE pubname = 'of_made'"),
  COMMENTS(
      "COMMENT ON COLUMN z.lost.a IS $$a\n"
          + "--\n"
          + "-- Name: x; Type: INDEX; Schema: -; Owner: z\n"
          + "--\n"
          + "DROP TABLE z.lost;$$; COMMENT ON FUNCTION z.near IS 'f'; COMMENT ON TRIGGER every ON"
          + " z.indexed IS 't'; COMMENT ON POLICY mine ON z.secured IS 'p'; COMMENT ON RULE log ON"
          + " z.seen IS 'r'",
      "SELECT string_agg(description, ',' ORDER BY description) FROM pg_description"
          + " WHERE objoid >= 16384");

  /** The first major version that knows it. */
  final int since;

  final String made;
  final String look;

  Zoo(String made, String look) {
    this(15, made, look);
  }

  Zoo(int since, String made, String look) {
    this.since = since;
    this.made = made;
    this.look = look;
  }
}
