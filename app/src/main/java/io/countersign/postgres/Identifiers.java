package io.countersign.postgres;

import java.nio.charset.StandardCharsets;

/**
 * The one place where SQL identifiers and literals are quoted. Statements take parameters; DDL
 * cannot, and uses these.
 */
public final class Identifiers {
  /** PostgreSQL cuts longer names silently (NAMEDATALEN - 1); we refuse them. */
  public static final int MAX_BYTES = 63;

  private Identifiers() {}

  /**
   * A quoted identifier.
   *
   * @throws IllegalArgumentException where the name is empty, over 63 bytes, or holds a zero byte
   */
  public static String quoted(String name) {
    return '"' + checked(name).replace("\"", "\"\"") + '"';
  }

  /** The name itself, after the checks of {@link #quoted}. */
  public static String checked(String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not a name for a database object: '" + name + "'");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the name " + name + " has " + bytes + " bytes; PostgreSQL would cut it at " + MAX_BYTES);
    }
    return name;
  }

  /**
   * A string literal, for the few statements that take no parameters; safe with either
   * standard_conforming_strings setting.
   */
  public static String literal(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a literal cannot hold a zero byte");
    }
    boolean backslash = text.indexOf('\\') >= 0;
    return (backslash ? " E'" : "'") + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
