package io.countersign.sandbox.postgres;

import io.countersign.postgres.Identifiers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SQL file beside this class, with psql's variables: {@code :'text'}, {@code :"identifier"},
 * {@code :number}. So each file also runs in psql.
 */
final class Script {
  private static final Pattern VARIABLE =
      Pattern.compile("(?<!:):(?:'([a-z_]+)'|\"([a-z_]+)\"|([a-z_]+))");
  private static final Pattern CONNECT = Pattern.compile("(?m)^\\\\connect \"?(\\w+)\"?$");
  private static final Pattern SET = Pattern.compile("(?m)^\\\\set ([a-z_]+) (\\S+)$");
  private static final Pattern OTHER_COMMAND = Pattern.compile("(?m)^\\\\(?!connect ).*$");

  private Script() {}

  interface Sessions {
    Connection open(String database) throws SQLException;
  }

  /** Runs one file in an open session, as one transaction. */
  static void run(Connection session, String file, Map<String, String> values) throws SQLException {
    execute(session, filled(text(file), values));
  }

  /**
   * Runs a file whose parts begin with {@code \connect database}. Values that the file sets itself
   * need not be given; its other commands are psql's.
   */
  static void runParts(Sessions sessions, String file, Map<String, String> values)
      throws SQLException {
    var written = text(file);
    var all = new HashMap<>(values);
    SET.matcher(written).results().forEach(it -> all.putIfAbsent(it.group(1), it.group(2)));
    var text = filled(OTHER_COMMAND.matcher(written).replaceAll(""), all);
    var connects = CONNECT.matcher(text).results().toList();
    for (int i = 0; i < connects.size(); i++) {
      int end = i + 1 < connects.size() ? connects.get(i + 1).start() : text.length();
      try (var session = sessions.open(connects.get(i).group(1))) {
        execute(session, text.substring(connects.get(i).end(), end));
      }
    }
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String filled(String text, Map<String, String> values) {
    return VARIABLE
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(replacement(found, values)));
  }

  private static String replacement(MatchResult found, Map<String, String> values) {
    if (found.group(1) != null) {
      return Identifiers.literal(value(found.group(1), values));
    }
    if (found.group(2) != null) {
      return Identifiers.quoted(value(found.group(2), values));
    }
    return Integer.toString(Integer.parseInt(value(found.group(3), values)));
  }

  private static String value(String name, Map<String, String> values) {
    var value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the SQL file wants a value for " + name);
    }
    return value;
  }

  static String text(String file) {
    try (var stream = Script.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("there is no resource " + file);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException("Reading " + file + " failed.", failed);
    }
  }
}
