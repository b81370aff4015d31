package io.countersign.postgres;

import java.util.regex.Pattern;

/** The names of databases that runs make out of a live one's: {@code <name>_restore_<stamp>_a1}. */
public final class MadeNames {
  private static final Pattern COPY = Pattern.compile("(.+)_[a-z0-9-]+_[0-9]{14}_a[1-9][0-9]{0,3}");

  private MadeNames() {}

  /**
   * What the next name is made of. A tenant whose reference was flipped lives in a database that
   * has a copy's name; without this its names would grow with each restore until they are too long.
   */
  public static String base(String live) {
    var made = COPY.matcher(live);
    return made.matches() ? made.group(1) : live;
  }
}
