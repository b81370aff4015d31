package io.countersign.postgres;

import io.countersign.RunId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of roles that read a snapshot: {@code cs_reader_<run>}. The name alone tells, days
 * later and in another run, whose it is.
 */
public final class ReaderRole {
  private static final Pattern MADE = Pattern.compile("cs_reader_([0-9a-hjkmnp-tv-z]{8})");

  private ReaderRole() {}

  public static String name(RunId run) {
    return "cs_reader_" + run.value();
  }

  /** The run whose reader this is; empty where the name is none that runs give. */
  public static Optional<RunId> run(String name) {
    var made = MADE.matcher(name);
    return made.matches() ? Optional.of(new RunId(made.group(1))) : Optional.empty();
  }
}
