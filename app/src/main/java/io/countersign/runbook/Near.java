package io.countersign.runbook;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody probably meant to write. */
public final class Near {
  private static final int LONGEST = 64;
  private static final int MOST = 3;

  private record Candidate(String name, int distance) {}

  private Near() {}

  /**
   * The known names that are near to what was written, nearest first, at most three. Near means: at
   * most one edit for every three characters, or one begins with the other.
   */
  public static List<String> names(String wanted, Collection<String> known) {
    if (wanted.isEmpty() || wanted.length() > LONGEST) {
      return List.of();
    }
    var folded = wanted.toLowerCase(Locale.ROOT);
    int allowed = Math.max(1, wanted.length() / 3);
    return known.stream()
        .filter(it -> it.length() <= LONGEST)
        .map(it -> new Candidate(it, distance(folded, it.toLowerCase(Locale.ROOT), allowed)))
        .filter(it -> it.distance() <= allowed)
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .map(Candidate::name)
        .distinct()
        .limit(MOST)
        .toList();
  }

  /** "Did you mean a or b?", else all that is known: "Known: a, b, c." */
  public static String hint(String wanted, Collection<String> known) {
    var near = names(wanted, known);
    if (!near.isEmpty()) {
      return "Did you mean " + String.join(" or ", near) + "?";
    }
    return known.isEmpty()
        ? "None is known here."
        : "Known: " + String.join(", ", known.stream().sorted().limit(20).toList()) + ".";
  }

  private static int distance(String one, String other, int allowed) {
    int edits = Math.abs(one.length() - other.length()) > allowed ? allowed + 1 : edits(one, other);
    boolean begins = one.length() >= 3 && (other.startsWith(one) || one.startsWith(other));
    return begins ? Math.min(edits, allowed) : edits;
  }

  /** Insertions, deletions, replacements and swaps of neighbours. */
  private static int edits(String one, String other) {
    var rows = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      rows[i][0] = i;
    }
    for (int j = 0; j <= other.length(); j++) {
      rows[0][j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      for (int j = 1; j <= other.length(); j++) {
        int replaced = rows[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
        rows[i][j] = swapped(one, other, i, j) ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
      }
    }
    return rows[one.length()][other.length()];
  }

  private static boolean swapped(String one, String other, int i, int j) {
    return i > 1
        && j > 1
        && one.charAt(i - 1) == other.charAt(j - 2)
        && one.charAt(i - 2) == other.charAt(j - 1);
  }
}
