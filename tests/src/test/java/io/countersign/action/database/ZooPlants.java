package io.countersign.action.database;

import static io.countersign.action.database.Plant.plant;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A difference for each kind of {@link Zoo}; a kind without one does not compile. */
final class ZooPlants {
  private ZooPlants() {}

  /** For each column of {@code z.types} what differs least from its value in the first row. */
  static final Map<String, String> OTHER_VALUES =
      Stream.of(
              """
              id|3
              a|y
              b|N
              c|{NaN,1.5000000001,NULL}
              d|-1234.57
              e|{infinity,-infinity,2026-01-01 00:00:00.000001}
              f|1 mon -2 days 3.000002 s
              g|::1/65
              h|08:00:2b:01:02:03:04:06
              i|101100
              j|(1,2.0000000000000004)
              k|((0,0),(1,1))
              l|((0,0),(1,1),(2,1))
              m|<(0,0),4>
              n|a:1A fat:2B
              o|b & a
              p|{"a": 1.0}
              q|{"b": 2}
              r|$.a[*] ? (@ > 2)
              s|00000000-0000-0000-0000-000000000002
              t|16/B374D849
              u|\\x00ff0a5c0a
              v|<?xml version="1.0"?><a>&lt;Ä</a>
              w|z.none
              x|clock_timestamp
              y|4712
              z|{glad,sad}
              aa|{"(1,X,ok)",NULL}
              ab|{1,3}
              ac|{glad}
              ad|{"[1,2]"}
              ae|{[1,2),[5,6]}
              af|a=>1,b=>"NULL"
              ag|[1,6)
              ah|{[2026-01-01,2026-02-02)}
              ai|acme_owner=w/acme_owner
              aj|0.3
              ak|12:00:00+01
              al|ärger
              am|Ab
              an|98
              ao|(1,3)
              """
                  .split("\n"))
          .map(it -> it.split("\\|", 2))
          .collect(Collectors.toUnmodifiableMap(it -> it[0], it -> it[1]));

  static Plant of(Zoo kind) {
    return switch (kind) {
      case SCHEMAS ->
          plant(
              "GRANT USAGE ON SCHEMA z TO acme_app WITH GRANT OPTION",
              "schema z",
              "definition of ACL SCHEMA z");
      case EXTENSIONS ->
          plant(
              "RESET ROLE; UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'btree_gist'",
              "extension btree_gist");
      case COLLATIONS ->
          plant(
              "DROP COLLATION z.caseless; CREATE COLLATION z.caseless"
                  + " (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
              "definition of COLLATION z.caseless");
      case ENUMS ->
          plant("ALTER TYPE z.mood ADD VALUE 'mad' BEFORE 'glad'", "definition of TYPE z.mood");
      case COMPOSITES ->
          plant(
              "ALTER TYPE z.pair RENAME ATTRIBUTE b TO \"B\" CASCADE", "definition of TYPE z.pair");
      case DOMAINS ->
          plant(
              "ALTER DOMAIN z.positive DROP CONSTRAINT below; ALTER DOMAIN z.positive ADD"
                  + " CONSTRAINT below CHECK (VALUE <= 1000000) NOT VALID; ALTER DOMAIN z.moods ADD"
                  + " CONSTRAINT any_at_all CHECK (cardinality(VALUE) > 0) NOT VALID",
              "definition of CHECK CONSTRAINT z.positive below",
              "definition of CHECK CONSTRAINT z.moods any_at_all");
      case RANGES ->
          plant(
              "RESET ROLE; UPDATE pg_range SET rngsubdiff = 'float8mi'::regproc"
                  + " WHERE rngtypid = 'z.span'::regtype",
              "definition of TYPE z.span");
      case SEQUENCES ->
          plant(
              "ALTER SEQUENCE z.even CACHE 6; SELECT setval('z.fresh', 7, true);"
                  + " ALTER SEQUENCE z.quick SET LOGGED",
              "definition of SEQUENCE z.even",
              "sequence z.fresh",
              "table z.quick",
              "definition of SEQUENCE z.quick");
      // its other columns: see OTHER_VALUES
      case TABLES_OF_ALL_TYPES ->
          plant("UPDATE z.types SET aj = 0.3 WHERE id = 1", "rows of z.types");
      case ODD_TEXTS_AND_WIDE_ROWS ->
          plant(
              """
              UPDATE z."wi""de " SET "co l""umn" = overlay("co l""umn" PLACING ' ' FROM 39000) WHERE id = 5;
              ALTER TABLE z."wi""de " ALTER "co l""umn" SET COMPRESSION default
              """,
              "rows of z.wi\"de ",
              "definition of TABLE z.wi\"de ");
      case TABLES_OF_NO_AND_OF_LOST_COLUMNS ->
          plant(
              "DELETE FROM z.none WHERE ctid = '(0,1)'; UPDATE z.lost SET d = NULL",
              "rows of z.none",
              "rows of z.lost");
      case GENERATED_AND_IDENTITY_COLUMNS ->
          plant(
              """
              ALTER TABLE z.made DROP d, ADD d int GENERATED ALWAYS AS (z.twice(c) + 0) STORED;
              ALTER TABLE z.made ALTER b SET GENERATED ALWAYS
              """,
              "definition of TABLE z.made",
              "definition of SEQUENCE z.made_b_seq");
      case UNLOGGED_AND_TYPED_TABLES ->
          plant(
              "ALTER TABLE z.swift SET LOGGED; ALTER TABLE z.typed NOT OF",
              "table z.swift",
              "definition of TABLE z.swift",
              "definition of TABLE z.typed");
      case INHERITANCE -> plant("ALTER TABLE z.dog NO INHERIT z.pet", "definition of TABLE z.dog");
      case PARTITIONS ->
          plant(
              """
              ALTER TABLE z.day_2 DETACH PARTITION z.day_2a;
              ALTER TABLE z.day_2 ATTACH PARTITION z.day_2a FOR VALUES IN ('a', NULL, 'z')
              """,
              "definition of TABLE ATTACH z.day_2a");
      case INDEXES ->
          plant(
              """
              DROP INDEX z.i_expr;
              CREATE INDEX i_expr ON z.indexed (lower(t) text_pattern_ops DESC NULLS LAST) WHERE t <> '{d ''X''}';
              DROP INDEX z.i_gin; CREATE INDEX i_gin ON z.indexed USING gin (j) WITH (fastupdate = off);
              COMMENT ON INDEX z.i_gin IS 'g'; ALTER INDEX z.i_two ALTER COLUMN 2 SET STATISTICS 78;
              ALTER TABLE z.hen CLUSTER ON hen_pkey
              """,
              "definition of INDEX z.i_expr",
              "definition of INDEX z.i_gin",
              "definition of INDEX z.i_two",
              "definition of CONSTRAINT z.hen hen_pkey");
      case TABLESPACES ->
          plant(
              "ALTER INDEX z.stored_a SET TABLESPACE pg_default;"
                  + " ALTER TABLE z.stored_here SET TABLESPACE elsewhere",
              "index z.stored_a",
              "table z.stored_here");
      case CONSTRAINTS ->
          plant(
              """
              ALTER TABLE z.bound ALTER CONSTRAINT bound_up_fkey DEFERRABLE;
              ALTER TABLE z.bound DROP CONSTRAINT bound_n_key, ADD CONSTRAINT bound_n_key UNIQUE (n);
              ALTER TABLE z.bound DROP CONSTRAINT own, ADD CONSTRAINT own CHECK (n <> 7)
              """,
              "definition of FK CONSTRAINT z.bound bound_up_fkey",
              "definition of CONSTRAINT z.bound bound_n_key",
              "definition of TABLE z.bound");
      case CYCLES_OF_FOREIGN_KEYS ->
          plant(
              "ALTER TABLE z.egg DROP CONSTRAINT egg_hen_fkey, ADD CONSTRAINT egg_hen_fkey"
                  + " FOREIGN KEY (hen) REFERENCES z.hen NOT VALID",
              "definition of FK CONSTRAINT z.egg egg_hen_fkey");
      case OPTIONS_OF_TABLES ->
          plant(
              """
              ALTER TABLE z.tuned ALTER a SET (n_distinct = -0.25);
              ALTER TABLE z.lost ALTER c SET STORAGE EXTERNAL; ALTER TABLE z.hen ALTER egg SET STATISTICS 5;
              ALTER TABLE z.pet SET (toast.autovacuum_enabled = false);
              ALTER TABLE z.egg REPLICA IDENTITY USING INDEX egg_pkey
              """,
              "definition of TABLE z.tuned",
              "definition of TABLE z.lost",
              "definition of TABLE z.hen",
              "definition of TABLE z.pet",
              "table z.egg",
              "definition of CONSTRAINT z.egg egg_pkey");
      case EXTENDED_STATISTICS ->
          plant("ALTER STATISTICS z.both SET STATISTICS 34", "definition of STATISTICS z.both");
      // in the last only an empty line of a body differs
      case FUNCTIONS ->
          plant(
              """
              ALTER FUNCTION z.many ROWS 6; ALTER FUNCTION z.early STABLE; ALTER PROCEDURE z.proceed SECURITY DEFINER;
              RESET ROLE;
              UPDATE pg_proc SET prosrc = replace(prosrc, E'--\\n  BEGIN', E'--\\n\\n  BEGIN') WHERE oid = 'z.guarded'::regproc
              """,
              "definition of FUNCTION z.many()",
              "definition of FUNCTION z.early()",
              "function z.proceed(integer)",
              "definition of PROCEDURE z.proceed(integer)",
              "definition of FUNCTION z.guarded(integer[])");
      case AGGREGATES_AND_OPERATORS ->
          plant(
              """
              CREATE OR REPLACE AGGREGATE z.total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '1', COMBINEFUNC = int4pl);
              ALTER OPERATOR z.<~> (int, int) SET (RESTRICT = eqsel)
              """,
              "definition of AGGREGATE z.total(integer)",
              "definition of OPERATOR z.<~>");
      case CASTS_AND_CONVERSIONS ->
          plant(
              """
              DROP CAST (z.pair AS int); CREATE CAST (z.pair AS int) WITH FUNCTION z.to_int(z.pair) AS IMPLICIT;
              DROP CONVERSION z.conv; CREATE DEFAULT CONVERSION z.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8
              """,
              "definition of CAST CAST (z.pair AS integer)",
              "definition of CONVERSION z.conv");
      case TEXT_SEARCH ->
          plant(
              """
              ALTER TEXT SEARCH CONFIGURATION z.conf ALTER MAPPING FOR asciiword WITH english_stem, z.plain;
              ALTER TEXT SEARCH DICTIONARY z.plain (ACCEPT = false)
              """,
              "definition of TEXT SEARCH CONFIGURATION z.conf",
              "definition of TEXT SEARCH DICTIONARY z.plain");
      case VIEWS ->
          plant(
              """
              ALTER VIEW z.seen RESET (security_invoker); ALTER VIEW z.seen ALTER t SET DEFAULT 'D';
              CREATE OR REPLACE VIEW z.counted AS
                WITH RECURSIVE c (n) AS (SELECT 1 UNION SELECT n + 1 FROM c WHERE n < 5) TABLE c
              """,
              "table z.seen",
              "definition of VIEW z.seen",
              "definition of DEFAULT z.seen t",
              "definition of VIEW z.counted");
      case RULES ->
          plant(
              "ALTER TABLE z.lost ENABLE RULE also; CREATE OR REPLACE RULE log AS ON DELETE TO"
                  + " z.seen WHERE OLD.n > 3 DO INSTEAD NOTHING",
              "definition of RULE z.lost also",
              "definition of RULE z.seen log");
      // what it holds is no plant: its rows are made anew and may rightly differ from the source's
      case MATERIALIZED_VIEWS ->
          plant("REFRESH MATERIALIZED VIEW z.keyed WITH NO DATA", "table z.keyed");
      case TRIGGERS ->
          plant(
              "ALTER TABLE z.indexed ENABLE TRIGGER every; ALTER TABLE z.day_1 ENABLE TRIGGER"
                  + " parted",
              "definition of TRIGGER z.indexed every",
              "definition of TRIGGER z.day_1 parted");
      case ROW_SECURITY ->
          plant(
              "ALTER POLICY mine ON z.secured WITH CHECK (id > 1)",
              "policy mine on z.secured",
              "definition of POLICY z.secured mine");
      // the same right from another grantor; one that may be handed on; one that the owner lacked
      case GRANTS ->
          plant(
              """
              SET ROLE acme_reports_owner; REVOKE SELECT ON z.given FROM PUBLIC; SET ROLE acme_owner;
              GRANT SELECT ON z.given TO PUBLIC; GRANT UPDATE (b) ON z.given TO exporter WITH GRANT OPTION;
              GRANT INSERT ON z.mine_no_more TO acme_owner
              """,
              "table z.given",
              "definition of ACL z.TABLE given",
              "column z.given.b",
              "definition of ACL z.COLUMN given.b",
              "table z.mine_no_more",
              "definition of ACL z.TABLE mine_no_more");
      case DEFAULT_PRIVILEGES ->
          plant(
              "ALTER DEFAULT PRIVILEGES IN SCHEMA z REVOKE TRUNCATE ON TABLES FROM exporter",
              "default privileges of acme_owner for r z",
              "definition of DEFAULT ACL z.DEFAULT PRIVILEGES FOR TABLES");
      case LARGE_OBJECTS ->
          plant(
              "SELECT lo_put(4713, 699999, 'x'); SELECT lo_put(4712, 0, '\\x00');"
                  + " COMMENT ON LARGE OBJECT 4713 IS 'Scan'",
              "large object 4713",
              "large object 4712",
              "comment on large object 4713");
      case PUBLICATIONS ->
          plant(
              "ALTER PUBLICATION a_few SET TABLE z.indexed (id, n) WHERE (n > 4), z.lost",
              "definition of PUBLICATION TABLE z.a_few indexed");
      case RULES_OF_COLLATIONS ->
          plant(
              "RESET ROLE; UPDATE pg_collation SET collicurules = '&a < h' WHERE collname ="
                  + " 'ruled'",
              "definition of COLLATION z.ruled");
      case JSON_CONSTRUCTORS ->
          plant(
              "CREATE OR REPLACE VIEW z.as_json AS SELECT JSON_OBJECT('a': 1, 'b': NULL NULL ON"
                  + " NULL) AS o, JSON_ARRAY(1, 2 RETURNING jsonb) AS r, '{}' IS JSON OBJECT WITH"
                  + " UNIQUE KEYS AS j",
              "definition of VIEW z.as_json");
      case BUILT_IN_COLLATIONS ->
          plant(
              "RESET ROLE; UPDATE pg_collation SET colllocale = 'C' WHERE collname = 'steady'",
              "definition of COLLATION z.steady");
      case GRANTS_OF_MAINTENANCE ->
          plant(
              "REVOKE GRANT OPTION FOR MAINTAIN ON z.kept_up FROM exporter",
              "table z.kept_up",
              "definition of ACL z.TABLE kept_up");
      case IDENTITY_AND_EXCLUSION_OF_PARTITIONS ->
          plant(
              """
              ALTER TABLE z.numbered ALTER id SET INCREMENT 6;
              ALTER TABLE z.numbered DROP CONSTRAINT numbered_at_room_excl,
                ADD CONSTRAINT numbered_at_room_excl EXCLUDE USING gist (at WITH =, room WITH &&) DEFERRABLE
              """,
              "definition of SEQUENCE z.numbered_id_seq",
              "definition of CONSTRAINT z.numbered numbered_at_room_excl",
              "definition of CONSTRAINT z.numbered_1 numbered_1_at_room_excl");
      case DOMAINS_WITH_NAMED_NOT_NULLS ->
          plant(
              "ALTER DOMAIN z.due RENAME CONSTRAINT stands_there TO stood_there",
              "definition of DOMAIN z.due");
      case JSON_TABLES ->
          plant(
              """
              CREATE OR REPLACE VIEW z.json_rows AS SELECT * FROM JSON_TABLE('[{"a": 1, "b": [2, 3]}]'::jsonb, '$[*]'
                COLUMNS (n FOR ORDINALITY, a int PATH '$.a' DEFAULT 8 ON EMPTY, NESTED PATH '$.b[*]'
                COLUMNS (b int PATH '$'))) t
              """,
              "definition of VIEW z.json_rows");
      case MERGES ->
          plant(
              """
              ALTER TABLE z.lost DISABLE RULE also; -- no MERGE with one
              CREATE OR REPLACE FUNCTION z.merged() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC
                MERGE INTO z.lost l USING z.made_later m ON l.a = m.a WHEN MATCHED THEN DELETE
                  WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(); END;
              ALTER TABLE z.lost ENABLE RULE also
              """,
              "definition of FUNCTION z.merged()");
      case VIRTUAL_COLUMNS ->
          plant(
              "ALTER TABLE z.only_virtual ALTER b SET EXPRESSION AS (8)",
              "definition of TABLE z.only_virtual",
              "rows of z.only_virtual");
      case NAMED_AND_UNPROVED_NOT_NULLS ->
          plant(
              "ALTER TABLE z.needs_more RENAME CONSTRAINT d_is_there TO d_was_there",
              "definition of TABLE z.needs_more");
      case NAMES_OF_NOT_NULLS_THAT_ANOTHER_TABLE_BEARS ->
          plant(
              "ALTER TABLE z.ended RENAME CONSTRAINT queued_id_not_null TO ended_id_not_null",
              "definition of TABLE z.ended");
      case CONSTRAINTS_NOT_ENFORCED ->
          plant(
              "RESET ROLE; UPDATE pg_constraint SET conenforced = true WHERE conname = 'lax_check'",
              "definition of CHECK CONSTRAINT z.lax lax_check");
      case TEMPORAL_KEYS ->
          plant(
              "ALTER TABLE z.stay DROP CONSTRAINT stay_room_during_fkey, ADD CONSTRAINT"
                  + " stay_room_during_fkey FOREIGN KEY (room, PERIOD during) REFERENCES z.lease"
                  + " (room, PERIOD during) NOT VALID",
              "definition of FK CONSTRAINT z.stay stay_room_during_fkey");
      case PUBLICATIONS_OF_GENERATED_COLUMNS ->
          plant(
              "ALTER PUBLICATION of_made SET (publish_generated_columns = none)",
              "definition of PUBLICATION of_made");
      case COMMENTS ->
          plant(
              "COMMENT ON POLICY mine ON z.secured IS 'p '",
              "comment on policy mine on z.secured",
              "definition of COMMENT z.POLICY mine ON secured");
    };
  }
}
