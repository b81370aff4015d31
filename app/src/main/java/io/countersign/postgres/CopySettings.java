package io.countersign.postgres;

import io.countersign.action.Stop;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What holds in the sessions of a streamed copy, whatever roles and databases have preset. */
final class CopySettings {
  /** Presets of a database, made for its application, must not end a copy. */
  private static final String WITHOUT_TIMEOUTS =
      """
      SELECT set_config(name, '0', false) FROM pg_settings
       WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_session_timeout',
                      'idle_in_transaction_session_timeout')
      """;

  /** Text forms that depend on settings: both sides have the same ones. */
  private static final List<String> BOTH =
      List.of(
          WITHOUT_TIMEOUTS,
          "SET lock_timeout = '60s'",
          "SET lc_monetary = 'C'",
          "SET bytea_output = 'hex'",
          "SET xmlbinary = 'base64'",
          "SET xmloption = 'content'",
          "SET client_min_messages = 'error'");

  /** Blocks come in the table's order, so that the copy has it too. */
  private static final List<String> SOURCE =
      List.of("SET synchronize_seqscans = off", "SET quote_all_identifiers = off");

  /** The memory is taken once per worker, so builds have no workers of their own. */
  private static final List<String> TARGET =
      List.of(
          "SET default_transaction_read_only = off",
          "SET check_function_bodies = off",
          "SET maintenance_work_mem = '256MB'",
          "SET max_parallel_maintenance_workers = 0",
          "SET synchronous_commit = off");

  private CopySettings() {}

  static void ofSource(Connection session) throws SQLException {
    Databases.execute(session, BOTH);
    Databases.execute(session, SOURCE);
  }

  /**
   * Opens a session in the copy.
   *
   * @param strings the source's {@code standard_conforming_strings}, in which pg_dump has written
   * @param stop ends it
   */
  static Connection target(DatabaseCopier.Job job, String strings, Stop stop) throws SQLException {
    var session = Databases.endingWith(stop, Servers.connect(job.targetLogin(), job.application()));
    try {
      Databases.execute(session, BOTH);
      Databases.execute(session, TARGET);
      Databases.execute(
          session, "SET standard_conforming_strings = " + Identifiers.literal(strings));
      return session;
    } catch (SQLException refused) {
      session.close();
      throw refused;
    }
  }
}
