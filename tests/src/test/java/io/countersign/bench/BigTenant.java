package io.countersign.bench;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A tenant of the size that is asked for, about as a product's database is made up: twelve tables
 * from ten rows to millions, wide ones with documents, narrow ones with many rows, 21 indexes (two
 * of them GIN), nine foreign keys and a materialised view.
 */
final class BigTenant {
  static final String NAME = "tenant_big";
  static final String OWNER = "big_owner";

  /** The rows for one gigabyte; {@code scale} multiplies them. */
  private static final String ROWS =
      """
      SET ROLE big_owner;
      CREATE SCHEMA care;
      CREATE TABLE care.organization (id int PRIMARY KEY, name text NOT NULL);
      INSERT INTO care.organization SELECT g, 'Organization ' || g FROM generate_series(1, 10) g;
      CREATE TABLE care.practitioner (
        id int PRIMARY KEY, organization int NOT NULL, name text NOT NULL, licence text);
      INSERT INTO care.practitioner
        SELECT g, 1 + g % 10, 'Practitioner ' || g, md5(g::text) FROM generate_series(1, 2000) g;
      CREATE TABLE care.member (
        id int PRIMARY KEY, organization int NOT NULL, name text NOT NULL, mail text, born date,
        detail jsonb, created timestamptz NOT NULL);
      INSERT INTO care.member
        SELECT g, 1 + g % 10, 'Member ' || md5(g::text), 'm' || g || '@example.org',
               '1940-01-01'::date + g % 25000,
               jsonb_build_object('plan', g % 7, 'tags', ARRAY[g % 100, g % 1000]),
               '2020-01-01'::timestamptz + g * interval '1 minute'
          FROM generate_series(1, (200000 * %1$f)::int) g;
      CREATE TABLE care.visit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, member int NOT NULL,
        practitioner int NOT NULL, at timestamptz NOT NULL, kind smallint NOT NULL, note text);
      INSERT INTO care.visit (member, practitioner, at, kind, note)
        SELECT 1 + (g * 7919) % (200000 * %1$f)::bigint, 1 + g % 2000,
               '2021-01-01'::timestamptz + g * interval '1 minute', g % 12,
               'seen, ' || md5(g::text) || md5((g + 1)::text)
          FROM generate_series(1, (700000 * %1$f)::bigint) g;
      CREATE TABLE care.claim (
        id bigint PRIMARY KEY, visit bigint NOT NULL, member int NOT NULL, amount numeric(12, 2),
        state text NOT NULL, code uuid NOT NULL);
      INSERT INTO care.claim
        SELECT g, 1 + (g * 31) % (700000 * %1$f)::bigint, 1 + g % (200000 * %1$f)::bigint,
               (g % 100000) / 100.0, (ARRAY['open', 'paid', 'denied'])[1 + g % 3],
               md5(g::text)::uuid
          FROM generate_series(1, (500000 * %1$f)::bigint) g;
      CREATE TABLE care.claim_line (
        claim bigint NOT NULL, line smallint NOT NULL, code text NOT NULL, amount numeric(12, 2),
        PRIMARY KEY (claim, line));
      INSERT INTO care.claim_line
        SELECT c, l, 'C' || (c + l) % 900, (c % 5000) / 100.0
          FROM generate_series(1, (500000 * %1$f)::bigint) c, generate_series(1, 2) l;
      CREATE TABLE care.payment (
        id bigint PRIMARY KEY, claim bigint NOT NULL, paid_on date NOT NULL, amount numeric(12, 2));
      INSERT INTO care.payment
        SELECT g, 1 + (g * 13) % (500000 * %1$f)::bigint, '2022-01-01'::date + (g % 1500)::int,
               (g % 90000) / 100.0
          FROM generate_series(1, (350000 * %1$f)::bigint) g;
      CREATE TEMP TABLE paragraph (id int PRIMARY KEY, body text NOT NULL);
      INSERT INTO paragraph
        SELECT p, string_agg(substr(md5((hashint4(p * 1009 + w) & 4095)::text), 1, 2 + w % 8), ' ')
          FROM generate_series(0, 1999) p, generate_series(1, 70) w GROUP BY p;
      CREATE TABLE care.document (
        id bigint PRIMARY KEY, member int NOT NULL, title text, body text NOT NULL,
        words tsvector);
      INSERT INTO care.document (id, member, title, body)
        SELECT g, 1 + g % (200000 * %1$f)::bigint, 'Letter ' || g,
               (SELECT string_agg(body, E'\\n')
                  FROM paragraph
                 WHERE id IN (g % 2000, g * 31 % 1999, g * 37 % 1997, g * 41 % 1993, g * 43 % 1987))
          FROM generate_series(1, (130000 * %1$f)::bigint) g;
      UPDATE care.document SET words = to_tsvector('simple', left(body, 1000)) WHERE id % 2 = 0;
      CREATE TABLE care.message (
        id bigint PRIMARY KEY, member int NOT NULL, sent timestamptz NOT NULL, subject text,
        body text);
      INSERT INTO care.message
        SELECT g, 1 + g % (200000 * %1$f)::bigint,
               '2023-01-01'::timestamptz + g * interval '7 seconds', 'Message ' || g,
               left(p.body, 100 + (g % 200)::int)
          FROM generate_series(1, (300000 * %1$f)::bigint) g
          JOIN paragraph p ON p.id = g % 2000;
      CREATE TABLE care.audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, actor int, what text,
        detail jsonb);
      INSERT INTO care.audit_log (at, actor, what, detail)
        SELECT '2023-01-01'::timestamptz + g * interval '11 seconds', g % 2000, 'read',
               jsonb_build_object('table', 'visit', 'id', g, 'hash', md5(g::text))
          FROM generate_series(1, (700000 * %1$f)::bigint) g;
      CREATE TABLE care.appointment (
        id bigint PRIMARY KEY, member int NOT NULL, practitioner int NOT NULL,
        at timestamptz NOT NULL);
      INSERT INTO care.appointment
        SELECT g, 1 + g % (200000 * %1$f)::bigint, 1 + g % 2000,
               '2026-01-01'::timestamptz + g * interval '1 minute'
          FROM generate_series(1, (200000 * %1$f)::bigint) g;
      CREATE TABLE care.setting (key text PRIMARY KEY, value jsonb);
      INSERT INTO care.setting SELECT 'key ' || g, '{}' FROM generate_series(1, 500) g;
      """;

  private static final String INDEXES =
      """
      CREATE INDEX ON care.member (mail); CREATE INDEX ON care.member (organization, born);
      CREATE INDEX ON care.member USING gin (detail);
      CREATE INDEX ON care.visit (member, at); CREATE INDEX ON care.visit (practitioner);
      CREATE UNIQUE INDEX ON care.claim (code); CREATE INDEX ON care.claim (visit);
      CREATE INDEX ON care.payment (claim);
      CREATE INDEX ON care.document USING gin (words); CREATE INDEX ON care.audit_log (at);
      CREATE INDEX ON care.message (member, sent);
      """;

  private static final String KEYS =
      """
      ALTER TABLE care.practitioner ADD FOREIGN KEY (organization) REFERENCES care.organization;
      ALTER TABLE care.member ADD FOREIGN KEY (organization) REFERENCES care.organization;
      ALTER TABLE care.visit ADD FOREIGN KEY (member) REFERENCES care.member;
      ALTER TABLE care.visit ADD FOREIGN KEY (practitioner) REFERENCES care.practitioner;
      ALTER TABLE care.claim ADD FOREIGN KEY (visit) REFERENCES care.visit;
      ALTER TABLE care.claim_line ADD FOREIGN KEY (claim) REFERENCES care.claim;
      ALTER TABLE care.payment ADD FOREIGN KEY (claim) REFERENCES care.claim;
      ALTER TABLE care.document ADD FOREIGN KEY (member) REFERENCES care.member;
      ALTER TABLE care.message ADD FOREIGN KEY (member) REFERENCES care.member;
      CREATE MATERIALIZED VIEW care.totals AS
        SELECT m.organization, count(*) AS claims, sum(c.amount) AS amount
          FROM care.claim c JOIN care.member m ON m.id = c.member GROUP BY 1;
      RESET ROLE;
      ANALYZE;
      """;

  private BigTenant() {}

  /**
   * Fills an empty database.
   *
   * @param megabytes about its size, 10 or more
   */
  static void fill(Connection admin, int megabytes) throws SQLException {
    if (megabytes < 10) {
      throw new IllegalArgumentException("a tenant of 10 MB or more: " + megabytes);
    }
    try (var statement = admin.createStatement()) {
      statement.execute(ROWS.replace("%1$f", Double.toString(megabytes / 1024.0)));
      statement.execute(INDEXES);
      statement.execute(KEYS);
    }
  }
}
