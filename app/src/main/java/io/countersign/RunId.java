package io.countersign;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The name of one run: 8 letters of Crockford base32, lower case (40 bits). Short, because it must
 * fit into PostgreSQL's {@code application_name}, which is cut at 63 bytes.
 */
public record RunId(String value) implements Comparable<RunId> {
  private static final String LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final Pattern SHAPE = Pattern.compile("[0-9a-hjkmnp-tv-z]{8}");

  public RunId {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException("not a run id (8 letters of Crockford base32): " + value);
    }
  }

  /** A new id from a source of randomness; the database refuses the rare id that is taken. */
  public static RunId random(RandomGenerator random) {
    var letters = new StringBuilder(8);
    for (int i = 0; i < 8; i++) {
      letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return new RunId(letters.toString());
  }

  @Override
  public int compareTo(RunId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
