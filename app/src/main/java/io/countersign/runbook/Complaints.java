package io.countersign.runbook;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects everything that is wrong in one file, so that all of it is said at once. */
public final class Complaints {
  /** More than this nobody reads; the rest is only counted. */
  public static final int LIMIT = 100;

  private static final Comparator<Complaint> BY_PLACE =
      Comparator.comparingInt(Complaint::line).thenComparingInt(Complaint::column);

  private final String file;
  private final List<Complaint> found = new ArrayList<>();

  public Complaints(String file) {
    this.file = file;
  }

  /**
   * @param message what is wrong, a clause without a full stop
   * @param hint what to do, a sentence
   */
  public void add(Place place, String message, String hint) {
    found.add(new Complaint(file, place.line(), place.column(), message, hint));
  }

  /**
   * Whether something is wrong at exactly this place; then what follows from it is not said too.
   */
  public boolean anyAt(Place place) {
    return found.stream()
        .anyMatch(it -> it.line() == place.line() && it.column() == place.column());
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** All of them from the file's top to its end; after {@link #LIMIT} one says how many follow. */
  public List<Complaint> sorted() {
    var sorted = found.stream().sorted(BY_PLACE).distinct().toList();
    if (sorted.size() <= LIMIT) {
      return sorted;
    }
    var cut = new ArrayList<>(sorted.subList(0, LIMIT));
    cut.add(
        new Complaint(
            file,
            0,
            0,
            (sorted.size() - LIMIT) + " more problems are not listed",
            "Mend these first."));
    return List.copyOf(cut);
  }
}
