package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Errors in the words of PostgreSQL and its programs; that these words come is tested on servers.
 */
class SymptomsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pg_dump: error: query failed: ERROR: permission denied for schema members | members: the server's secret holds an application's | admin_secret
          42501 permission denied for table member | member: the server's secret | GRANT the role that owns member
          could not execute query: ERROR: relation "member" already exists | had member already | new, empty database
          42P06 schema "pgboss" already exists | had pgboss already | restore another backup
          0A000 extension "postgis" is not available | the extension postgis | CREATE EXTENSION "postgis"
          42501 permission denied to create extension "pg_cron" | Only a superuser | CREATE EXTENSION "pg_cron"
          FATAL: database "tenant_acme" is not currently accepting connections | from before a cutover | has to be restarted
          """)
  void its_cause_and_the_fix_are_known(String said, String cause, String fix) {
    assertThat(Symptoms.of(said))
        .hasValueSatisfying(
            it -> {
              assertThat(it.cause()).contains(cause).doesNotContain("%s").endsWith(".");
              assertThat(it.fix()).contains(fix).doesNotContain("%s").endsWith(".");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "why is it still at the gate?",
        "42P04 database \"tenant_acme_restore\" already exists",
        "28P01 password authentication failed for user \"bot\"",
        "permission denied for database medsuite",
        ""
      })
  void nothing_is_claimed_of_what_is_not_known(String said) {
    assertThat(Symptoms.of(said)).isEmpty();
  }
}
