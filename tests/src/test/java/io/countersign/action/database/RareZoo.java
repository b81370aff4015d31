package io.countersign.action.database;

/**
 * The kinds of objects inside a database that only a superuser can make, so that the bot copies
 * them only where it is one; else it says before any row goes which of them it may not make. Not
 * here: security labels, because no module that gives them comes with PostgreSQL.
 */
enum RareZoo {
  ACCESS_METHODS(
      "CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;"
          + " CREATE TABLE r.piled (a int) USING pile; INSERT INTO r.piled VALUES (1), (2)",
      "SELECT concat((SELECT sum(a) FROM r.piled), (SELECT amname FROM pg_am WHERE oid ="
          + " (SELECT relam FROM pg_class WHERE oid = 'r.piled'::regclass)))"),
  BASE_AND_SHELL_TYPES(
      """
      CREATE TYPE r.shell; CREATE TYPE r.base;
      CREATE FUNCTION r.base_in(cstring) RETURNS r.base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
      CREATE FUNCTION r.base_out(r.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
      CREATE TYPE r.base (INPUT = r.base_in, OUTPUT = r.base_out, LIKE = text, COLLATABLE = true);
      CREATE TABLE r.of_base (a r.base, b r.base[]); INSERT INTO r.of_base VALUES ('x', '{y,z}')
      """,
      "SELECT t::text FROM r.of_base t"),
  LANGUAGES(
      """
      CREATE FUNCTION r.handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
      CREATE FUNCTION r.inline(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
      CREATE FUNCTION r.validate(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
      CREATE LANGUAGE plother HANDLER r.handler INLINE r.inline VALIDATOR r.validate;
      CREATE FUNCTION r.other() RETURNS int LANGUAGE plother AS 'BEGIN RETURN 3; END'
      """,
      "SELECT r.other()::text"),
  TRANSFORMS(
      "CREATE TRANSFORM FOR int LANGUAGE plother (FROM SQL WITH FUNCTION prsd_lextype(internal), TO"
          + " SQL WITH FUNCTION int4recv(internal))",
      "SELECT count(*)::text FROM pg_transform"),
  CASTS_WITHOUT_FUNCTION(
      "CREATE CAST (r.base AS text) WITHOUT FUNCTION", "SELECT 'x'::r.base::text"),
  OPERATOR_CLASSES(
      """
      CREATE FUNCTION r.lt(r.base, r.base) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'text_lt';
      CREATE FUNCTION r.cmp(r.base, r.base) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'bttextcmp';
      CREATE OPERATOR r.< (LEFTARG = r.base, RIGHTARG = r.base, FUNCTION = r.lt);
      CREATE OPERATOR FAMILY r.family USING btree;
      CREATE OPERATOR CLASS r.ops FOR TYPE r.base USING btree FAMILY r.family AS OPERATOR 1 r.<, FUNCTION 1 r.cmp(r.base, r.base);
      CREATE TABLE r.classed (a r.base); INSERT INTO r.classed VALUES ('b'), ('a');
      CREATE INDEX by_class ON r.classed (a r.ops)
      """,
      "SELECT concat(opcname, opfname) FROM pg_opclass c JOIN pg_opfamily f ON f.oid = c.opcfamily"
          + " WHERE opcname = 'ops'"),
  TEXT_SEARCH_PARSERS_AND_TEMPLATES(
      "CREATE TEXT SEARCH PARSER r.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END ="
          + " prsd_end, LEXTYPES = prsd_lextype); CREATE TEXT SEARCH TEMPLATE r.template (INIT ="
          + " dsimple_init, LEXIZE = dsimple_lexize)",
      "SELECT concat((SELECT prsname FROM pg_ts_parser WHERE prsname = 'parser'),"
          + " (SELECT tmplname FROM pg_ts_template WHERE tmplname = 'template'))"),
  FOREIGN_DATA(
      """
      CREATE EXTENSION postgres_fdw; CREATE FOREIGN DATA WRAPPER own_wrapper OPTIONS (debug 'true');
      CREATE SERVER afar FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.invalid', dbname 'x');
      ALTER SERVER afar OWNER TO acme_owner; GRANT USAGE ON FOREIGN SERVER afar TO exporter;
      CREATE USER MAPPING FOR acme_app SERVER afar OPTIONS (user 'u', password 'not-a-secret');
      CREATE FOREIGN TABLE r.distant (a int OPTIONS (column_name 'b'), c text) SERVER afar OPTIONS (table_name 't');
      CREATE TABLE r.mixed (a int) PARTITION BY LIST (a); CREATE TABLE r.mixed_1 PARTITION OF r.mixed FOR VALUES IN (1);
      CREATE FOREIGN TABLE r.mixed_2 PARTITION OF r.mixed FOR VALUES IN (2) SERVER afar; INSERT INTO r.mixed VALUES (1)
      """,
      "SELECT concat((SELECT s::text FROM (SELECT srvname, srvoptions, srvacl FROM"
          + " pg_foreign_server) s), (SELECT (usename, ARRAY(SELECT unnest(umoptions) ORDER BY"
          + " 1))::text FROM pg_user_mappings), (SELECT string_agg(ftrelid::regclass::text ||"
          + " coalesce(ftoptions::text, ''), ',' ORDER BY 1) FROM pg_foreign_table), (SELECT"
          + " count(*) FROM r.mixed_1))"),
  FORCED_ROW_SECURITY(
      "CREATE TABLE r.forced (a int); INSERT INTO r.forced VALUES (1); ALTER TABLE r.forced ENABLE"
          + " ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; ALTER TABLE r.forced OWNER TO"
          + " acme_owner",
      "SELECT concat(relforcerowsecurity, (SELECT count(*) FROM r.forced)) FROM pg_class WHERE oid"
          + " = 'r.forced'::regclass"),
  LEAKPROOF_FUNCTIONS(
      "CREATE FUNCTION r.tight(int) RETURNS int LANGUAGE sql LEAKPROOF RETURN $1",
      "SELECT proleakproof::text FROM pg_proc WHERE proname = 'tight'"),
  PUBLICATIONS_OF_ALL(
      "CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION a_schema FOR TABLES IN"
          + " SCHEMA r",
      "SELECT string_agg(concat(pubname, puballtables, (SELECT count(*) FROM"
          + " pg_publication_namespace n WHERE n.pnpubid = p.oid)), ',' ORDER BY pubname) FROM"
          + " pg_publication p"),
  EVENT_TRIGGERS(
      """
      CREATE FUNCTION r.refuse() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no % here', tg_tag; END $$;
      CREATE EVENT TRIGGER no_ddl ON ddl_command_start WHEN TAG IN ('GRANT', 'REVOKE', 'CREATE TABLE')
        EXECUTE FUNCTION r.refuse();
      COMMENT ON EVENT TRIGGER no_ddl IS 'frozen'; ALTER EVENT TRIGGER no_ddl ENABLE ALWAYS
      """,
      "SELECT concat(evtname, evtenabled, evttags) FROM pg_event_trigger WHERE evtname = 'no_ddl'"),
  TRIGGERS_OF_LOGINS(
      17,
      """
      CREATE FUNCTION r.greet() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
      CREATE EVENT TRIGGER greet ON login EXECUTE FUNCTION r.greet()
      """,
      "SELECT concat(evtname, evtevent, evtenabled) FROM pg_event_trigger WHERE evtname = 'greet'");

  /** The first major version that knows it. */
  final int since;

  final String made;
  final String look;

  RareZoo(String made, String look) {
    this(15, made, look);
  }

  RareZoo(int since, String made, String look) {
    this.since = since;
    this.made = made;
    this.look = look;
  }
}
