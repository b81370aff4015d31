package io.countersign.estate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One SQL statement whose parameters have names: {@code select ... where slug = :slug}. Casts
 * ({@code ::uuid}), literals, quoted identifiers, dollar quotes and comments are left alone.
 *
 * @param jdbc the statement with {@code ?} for every parameter; an operator's own {@code ?} is
 *     doubled, as pgjdbc wants it
 * @param order the parameters' names in the order of their question marks; a name may come twice
 */
public record NamedQuery(String jdbc, List<String> order) {
  public NamedQuery {
    order = List.copyOf(order);
  }

  /** Reads any text; what is no parameter is copied as it is. */
  public static NamedQuery of(String text) {
    return new Reading(text).read();
  }

  /** The names, each once, in alphabetical order. */
  public Set<String> names() {
    return new TreeSet<>(order);
  }

  private static final class Reading {
    private final String text;
    private final StringBuilder jdbc = new StringBuilder();
    private final List<String> order = new ArrayList<>();
    private int at;

    Reading(String text) {
      this.text = text;
    }

    NamedQuery read() {
      while (at < text.length()) {
        int end = untouchedUntil();
        if (end > at) {
          jdbc.append(text, at, end);
          at = end;
        } else if (startsName()) {
          readName();
        } else {
          jdbc.append(text.charAt(at) == '?' ? "??" : text.substring(at, at + 1));
          at++;
        }
      }
      return new NamedQuery(jdbc.toString(), order);
    }

    /** Where the literal, comment, word or cast that starts here ends; {@code at} for none. */
    private int untouchedUntil() {
      char here = text.charAt(at);
      if (here == '\'') {
        return quotedUntil('\'', escapes());
      }
      if (here == '"') {
        return quotedUntil('"', false);
      }
      if (here == '$') {
        return dollarQuotedUntil();
      }
      if (text.startsWith("--", at)) {
        return orEnd(text.indexOf('\n', at), 0);
      }
      if (text.startsWith("/*", at)) {
        return commentUntil();
      }
      return text.startsWith("::", at) ? at + 2 : at;
    }

    /** Whether the literal here is {@code E'...'}, in which a backslash escapes. */
    private boolean escapes() {
      return at > 0
          && (text.charAt(at - 1) == 'E' || text.charAt(at - 1) == 'e')
          && (at == 1 || !isWord(text.charAt(at - 2)));
    }

    /** A doubled quote stands for itself; a literal that is never closed goes to the end. */
    private int quotedUntil(char quote, boolean escapes) {
      for (int i = at + 1; i < text.length(); i++) {
        char here = text.charAt(i);
        if (here == '\\' && escapes) {
          i++;
        } else if (here == quote && i + 1 < text.length() && text.charAt(i + 1) == quote) {
          i++;
        } else if (here == quote) {
          return i + 1;
        }
      }
      return text.length();
    }

    private int dollarQuotedUntil() {
      int end = at + 1;
      while (end < text.length() && isWord(text.charAt(end))) {
        end++;
      }
      boolean inWord = at > 0 && isWord(text.charAt(at - 1));
      boolean digit = end > at + 1 && Character.isDigit(text.charAt(at + 1));
      if (inWord || digit || end == text.length() || text.charAt(end) != '$') {
        return at;
      }
      var tag = text.substring(at, end + 1);
      return orEnd(text.indexOf(tag, end + 1), tag.length());
    }

    /** PostgreSQL's block comments nest. */
    private int commentUntil() {
      int depth = 0;
      for (int i = at; i < text.length(); i++) {
        if (text.startsWith("/*", i)) {
          depth++;
          i++;
        } else if (text.startsWith("*/", i)) {
          depth--;
          i++;
          if (depth == 0) {
            return i + 1;
          }
        }
      }
      return text.length();
    }

    private boolean startsName() {
      return text.charAt(at) == ':' && at + 1 < text.length() && isLetter(text.charAt(at + 1));
    }

    private void readName() {
      int end = at + 1;
      while (end < text.length() && isWord(text.charAt(end))) {
        end++;
      }
      order.add(text.substring(at + 1, end));
      jdbc.append('?');
      at = end;
    }

    private int orEnd(int found, int length) {
      return found < 0 ? text.length() : found + length;
    }

    private static boolean isLetter(char it) {
      return (it >= 'a' && it <= 'z') || (it >= 'A' && it <= 'Z') || it == '_';
    }

    private static boolean isWord(char it) {
      return isLetter(it) || (it >= '0' && it <= '9');
    }
  }
}
