package io.countersign.postgres;

import io.countersign.action.Planned;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.runbook.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Statements as a plan shows them: what is not known yet stands in {@code < >}. */
public final class PlannedSql {
  private PlannedSql() {}

  /** A database's quoted name, or where it will come from: {@code <database of step copy>}. */
  public static String name(Planned inputs, String input) {
    return known(inputs, input)
        .map(it -> Identifiers.quoted(it.name()))
        .orElseGet(() -> inputs.shown(input));
  }

  /** Its OID, or {@code <OID of database of step copy>}. */
  public static String oid(Planned inputs, String input) {
    return known(inputs, input)
        .map(it -> Long.toString(it.oid()))
        .orElseGet(() -> "<OID of " + inner(inputs, input) + ">");
  }

  /** Its server, where that is known. */
  public static Optional<ServerRef> server(Planned inputs, String input) {
    return known(inputs, input).map(DatabaseRef::server);
  }

  /**
   * A name made of a database's name, quoted where that is known. Placeholders in the suffix are
   * longer than what will stand there, so the length is preflight's to judge.
   */
  public static String name(Planned inputs, String input, String suffix) {
    return known(inputs, input)
        .map(it -> '"' + (MadeNames.base(it.name()) + suffix).replace("\"", "\"\"") + '"')
        .orElseGet(() -> "<" + inner(inputs, input) + ", its name and " + suffix + ">");
  }

  /** What {@link DatabaseDrop#drop} runs. */
  public static List<String> drop(Planned inputs, String input) {
    var name = name(inputs, input);
    var last =
        known(inputs, input)
            .map(it -> Identifiers.quoted(DatabaseDrop.dropName(it)))
            .orElseGet(() -> "<name and OID of " + inner(inputs, input) + ": name_drop_OID>");
    var statements = new ArrayList<>(emptied(inputs, input));
    statements.add("ALTER DATABASE " + name + " RENAME TO " + last);
    statements.add(
        "SELECT datname FROM pg_database WHERE oid = "
            + oid(inputs, input)
            + " -- it must bear the new name, else ROLLBACK");
    statements.add("DROP DATABASE " + last);
    return statements;
  }

  /** What {@link DatabaseDrop#emptied} runs. */
  public static List<String> emptied(Planned inputs, String input) {
    return List.of(
        "ALTER DATABASE " + name(inputs, input) + " ALLOW_CONNECTIONS false",
        endSessions("datid = " + oid(inputs, input)));
  }

  /** How {@link Sessions#end} ends each of those that meet a condition. */
  public static String endSessions(String condition) {
    return "SELECT pg_terminate_backend(pid) FROM pg_stat_activity\n"
        + " WHERE pid = <pid> AND backend_start IS NOT DISTINCT FROM <its start>\n"
        + " -- one by one, each whose "
        + condition;
  }

  /** The database, where it is known already. */
  public static Optional<DatabaseRef> known(Planned inputs, String input) {
    return inputs.known(input).orElse(null) instanceof Value.OfDatabase(var database)
        ? Optional.of(database)
        : Optional.empty();
  }

  private static String inner(Planned inputs, String input) {
    return inputs.shown(input).replaceAll("^<|>$", "");
  }
}
