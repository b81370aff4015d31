package io.countersign.runbook;

import java.util.ArrayList;
import java.util.List;

/** The words of a typed text. One of them may hold spaces: {@code note="two words"}. */
final class Words {
  /** Keyboards turn straight quotes into others. */
  private static final String QUOTES = "\"\u201c\u201d\u201e";

  /**
   * One word.
   *
   * @param value without the quotes
   * @param raw as it was typed, but for the kind of its spaces
   * @param quoted whether its value ends with a quote, so that nothing after it belongs to it
   */
  record Word(String value, String raw, boolean quoted) {}

  private Words() {}

  static List<Word> of(String text) {
    var plain = plain(text);
    var words = new ArrayList<Word>();
    int at = 0;
    while (at < plain.length()) {
      if (plain.charAt(at) == ' ') {
        at++;
        continue;
      }
      var word = word(plain, at);
      words.add(word);
      at += word.raw().length();
    }
    return words;
  }

  /** All kinds of white space as one space each, none at the ends. */
  static String plain(String text) {
    var plain = new StringBuilder();
    text.codePoints()
        .map(it -> Character.isSpaceChar(it) || Character.isISOControl(it) ? ' ' : it)
        .forEach(plain::appendCodePoint);
    return plain.toString().strip();
  }

  private static Word word(String text, int from) {
    int space = text.indexOf(' ', from);
    int end = space < 0 ? text.length() : space;
    int equals = text.indexOf('=', from);
    if (equals > from && equals + 1 < end && isQuote(text.charAt(equals + 1))) {
      int closing = closing(text, equals + 2);
      if (closing > 0) {
        var name = text.substring(from, equals + 1);
        return new Word(
            name + unescaped(text.substring(equals + 2, closing)),
            text.substring(from, closing + 1),
            true);
      }
    }
    var word = text.substring(from, end);
    return new Word(word, word, false);
  }

  /** Where the quote that ends the word stands; -1 where none does. */
  private static int closing(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (isQuote(text.charAt(i))) {
        boolean last = i + 1 == text.length() || text.charAt(i + 1) == ' ';
        return last ? i : -1;
      }
    }
    return -1;
  }

  private static boolean isQuote(char character) {
    return QUOTES.indexOf(character) >= 0;
  }

  private static String unescaped(String text) {
    var plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      boolean escape = text.charAt(i) == '\\' && i + 1 < text.length();
      plain.append(text.charAt(escape ? ++i : i));
    }
    return plain.toString();
  }

  /** How a text is typed so that it is read as this one value. */
  static String quoted(String value) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char character = value.charAt(i);
      if (isQuote(character) || character == '\\') {
        quoted.append('\\');
      }
      quoted.append(character);
    }
    return quoted.append('"').toString();
  }
}
