package io.countersign.action.database;

/** What makes the tenant acme, with something of each kind that parity looks at. */
final class AcmeSql {
  static final String ROLES =
      """
      CREATE ROLE bot LOGIN CREATEDB CREATEROLE PASSWORD 'bot:p\\w';
      CREATE ROLE acme_owner;
      CREATE ROLE acme_reports_owner;
      CREATE ROLE acme_app LOGIN PASSWORD 'acme-pw';
      CREATE ROLE exporter LOGIN PASSWORD 'exporter-pw';
      CREATE ROLE pooled LOGIN IN ROLE acme_app;
      GRANT pg_signal_backend, acme_owner, acme_reports_owner, acme_app TO bot;
      GRANT acme_app TO bot WITH ADMIN OPTION; -- it has settings in the tenant's database
      GRANT SET ON PARAMETER app.tenant TO bot;
      """;

  static final String TENANT =
      """
      CREATE EXTENSION pg_trgm;
      SET ROLE acme_owner;
      CREATE EXTENSION pgcrypto;
      CREATE SCHEMA members;
      CREATE SCHEMA "Odd ""Schema";
      CREATE SCHEMA pgboss;
      GRANT USAGE, CREATE ON SCHEMA members TO acme_reports_owner;
      GRANT USAGE ON SCHEMA members TO acme_app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA members GRANT SELECT ON TABLES TO exporter;
      CREATE TYPE members.mood AS ENUM ('good', 'bad');
      CREATE SEQUENCE members.number START 100;
      SELECT nextval('members.number');
      CREATE TABLE members.member (
        id int PRIMARY KEY, name text NOT NULL, mood members.mood DEFAULT 'good',
        paid numeric, detail jsonb, secret bytea DEFAULT gen_random_bytes(8));
      COMMENT ON TABLE members.member IS 'the members';
      COMMENT ON COLUMN members.member.paid IS 'in euros';
      INSERT INTO members.member (id, name, paid, detail)
        SELECT g, 'Jane Canary-Roe 1947', g / 3.0, '{"a": 1.0}' FROM generate_series(1, 2000) g;
      CREATE TABLE members.visit (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        member int REFERENCES members.member, note json);
      INSERT INTO members.visit (member, note)
        SELECT g, '{"x":  "Jane Canary-Roe 1947"}' FROM generate_series(1, 500) g;
      CREATE TABLE members.log (at timestamptz, line text);
      INSERT INTO members.log SELECT '2026-01-01', 'l' || g FROM generate_series(1, 50) g;
      CREATE TABLE members.part (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE members.part_1 PARTITION OF members.part
        FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      INSERT INTO members.part SELECT g, '2026-05-01' FROM generate_series(1, 100) g;
      CREATE TABLE "Odd ""Schema"."Odd Table" ("the ""id" text PRIMARY KEY, t int);
      INSERT INTO "Odd ""Schema"."Odd Table" VALUES ('ä€😀', 1), ('z', 2);
      ALTER TABLE members.member ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON members.member TO acme_app USING (id > 0);
      GRANT SELECT, INSERT, UPDATE, DELETE ON members.member TO acme_app;
      GRANT SELECT (id) ON members.visit TO exporter;
      CREATE FUNCTION members.raise_all() RETURNS int LANGUAGE sql SECURITY DEFINER
        AS 'SELECT count(*)::int FROM members.member';
      REVOKE ALL ON FUNCTION members.raise_all() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION members.raise_all() TO acme_app;
      CREATE MATERIALIZED VIEW members.totals AS SELECT count(*) AS n FROM members.member;
      CREATE TABLE pgboss.job (id int PRIMARY KEY, state text);
      INSERT INTO pgboss.job VALUES (1, 'completed'), (2, 'active'), (3, 'created');
      SELECT lo_from_bytea(4711, 'a large object');
      COMMENT ON LARGE OBJECT 4711 IS 'scan';
      SET ROLE acme_reports_owner;
      CREATE TABLE members.report (id int PRIMARY KEY, body xml);
      INSERT INTO members.report VALUES (1, '<a/>');
      RESET ROLE;
      """;

  static final String DATABASE =
      """
      ALTER DATABASE tenant_acme SET work_mem = '8MB';
      ALTER DATABASE tenant_acme SET search_path = "$user", members, "Odd ""Schema";
      ALTER DATABASE tenant_acme SET app.tenant = 'acme''s "own" \\ one';
      ALTER ROLE acme_app IN DATABASE tenant_acme SET statement_timeout = '30s';
      COMMENT ON DATABASE tenant_acme IS 'Acme''s patients';
      ALTER DATABASE tenant_acme CONNECTION LIMIT 90;
      REVOKE ALL ON DATABASE tenant_acme FROM PUBLIC;
      GRANT CONNECT ON DATABASE tenant_acme TO acme_app WITH GRANT OPTION;
      GRANT CONNECT, TEMPORARY ON DATABASE tenant_acme TO exporter;
      """;

  private AcmeSql() {}
}
