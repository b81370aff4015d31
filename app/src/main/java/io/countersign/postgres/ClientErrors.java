package io.countersign.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;

/**
 * Reduces what pg_dump and pg_restore write to what may leave the host. A child's text has no
 * SQLSTATE to judge by, and a server's primary message can carry a row ({@code ERROR: Patient John
 * Roe is too old}, raised by a tenant's own trigger); so only messages of a closed list pass, and
 * of quoted words only those that name an object.
 */
public final class ClientErrors {
  private static final Pattern PROGRAM_LINE =
      Pattern.compile("(pg_dump|pg_restore): (?:error: )?(.*)");
  private static final Pattern TOC_LINE =
      Pattern.compile("pg_restore: from TOC entry \\d+; \\d+ \\d+ ([A-Z ]+ .*)");
  private static final Pattern SERVER_PART = Pattern.compile("(ERROR|FATAL):\\s+(.*)");
  private static final Pattern QUOTED =
      Pattern.compile("(?:\\b([A-Za-z]+) )?(\"(?:[^\"]|\"\")*\"|\"[^\"]*$)");
  private static final Pattern OBJECT_WORD =
      Pattern.compile(
          "relation|table|schema|role|roles|database|constraint|index|extension|sequence|view|"
              + "trigger|policy|user|publication|tablespace|collation|language|server|owner|column");
  private static final List<String> KNOWN_SERVER_MESSAGES =
      List.of(
          "permission denied",
          "must be ",
          "must have ",
          "role \"",
          "relation \"",
          "schema \"",
          "extension \"",
          "database \"",
          "table \"",
          "column \"",
          "type \"",
          "constraint \"",
          "collation \"",
          "could not ",
          "cannot ",
          "out of memory",
          "out of shared memory",
          "canceling statement due to",
          "terminating connection due to",
          "query would be affected by row-level security policy",
          "duplicate key value violates unique constraint",
          "insert or update on table",
          "null value in column",
          "check constraint",
          "new row for relation",
          "unrecognized configuration parameter",
          "invalid input syntax for type",
          "invalid byte sequence for encoding",
          "value too long for type",
          "extra data after last expected column",
          "missing data for column",
          "there is no unique constraint matching",
          "deadlock detected",
          "lock timeout",
          "password authentication failed",
          "no pg_hba.conf entry",
          "too many connections",
          "remaining connection slots",
          "the database system is",
          "function ",
          "operator ");
  private static final List<String> KNOWN_PROGRAM_MESSAGES =
      List.of(
          "connection to server",
          "query failed",
          "could not ",
          "COPY failed for table",
          "Dumping the contents of table",
          "error returned by PQ",
          "server version",
          "aborting because of server version mismatch",
          "directory \"",
          "a worker process died",
          "input file",
          "unsupported version",
          "unrecognized ",
          "this build does not support compression",
          "cannot restore from compressed archive",
          "no matching ");

  private ClientErrors() {}

  /**
   * One line of a child's error stream, reduced; empty where nothing of it may be shown or it says
   * nothing. DETAIL, CONTEXT, the command and COPY lines never pass.
   */
  public static Optional<String> reduced(String line) {
    var toc = TOC_LINE.matcher(line);
    if (toc.matches()) {
      return Optional.of("at " + toc.group(1));
    }
    var program = PROGRAM_LINE.matcher(line);
    boolean isProgram = program.matches() && line.contains(": error: ");
    boolean isServer = line.startsWith("ERROR:") || line.startsWith("FATAL:");
    if (!isProgram && !isServer) {
      return Optional.empty();
    }
    var text = isProgram ? program.group(2) : line;
    var server = SERVER_PART.matcher(text);
    if (!server.find()) {
      return Optional.of(passed(text, KNOWN_PROGRAM_MESSAGES));
    }
    var before = text.substring(0, server.start()).strip();
    var said = passed(server.group(2), KNOWN_SERVER_MESSAGES);
    return Optional.of(
        before.isEmpty() ? said : passed(before, KNOWN_PROGRAM_MESSAGES) + " " + said);
  }

  /**
   * What a server's error says, as strictly as a child's: a tenant's own check or domain may raise
   * any text with a row in it.
   */
  static String said(SQLException error) {
    var state = error.getSQLState() == null ? "?????" : error.getSQLState();
    var server = error instanceof PSQLException it ? it.getServerErrorMessage() : null;
    if (server == null) {
      return state + " the connection or the stream broke";
    }
    var message = String.valueOf(server.getMessage()).lines().findFirst().orElse("");
    var table =
        server.getTable() == null ? "" : " (" + server.getSchema() + "." + server.getTable() + ")";
    return state + " " + passed(message, KNOWN_SERVER_MESSAGES) + table;
  }

  private static String passed(String text, List<String> known) {
    return known.stream().anyMatch(text::startsWith)
        ? withoutValues(text)
        : "(a message that stays on the host)";
  }

  /** Cuts every quoted word that does not follow the name of a kind of object, and bare values. */
  private static String withoutValues(String text) {
    var cut =
        QUOTED
            .matcher(text)
            .replaceAll(
                it ->
                    java.util.regex.Matcher.quoteReplacement(
                        it.group(1) != null && OBJECT_WORD.matcher(it.group(1)).matches()
                            ? it.group()
                            : (it.group(1) == null ? "" : it.group(1) + " ") + "\"…\""));
    return cut.replaceAll("'[^']*'", "'…'").replaceAll("0x[0-9a-fA-F]{2}", "0x…");
  }
}
