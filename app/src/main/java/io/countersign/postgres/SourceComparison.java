package io.countersign.postgres;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.postgres.TableHashes.Hash;
import io.countersign.postgres.TableHashes.Method;
import io.countersign.postgres.TableHashes.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Whether a restored database equals its source: rows, catalogues, schema. */
public final class SourceComparison {
  private static final int NAMED = 10;

  private SourceComparison() {}

  /** One side: a session inside the database, and its name. */
  public record Side(Connection inside, String database) {}

  /**
   * What was found equal.
   *
   * @param notes what differs by necessity, sentences for people
   */
  public record Result(Map<Table, Hash> hashes, Map<String, String> catalogue, List<String> notes) {
    public Result {
      hashes = Map.copyOf(hashes);
      catalogue = Map.copyOf(catalogue);
      notes = List.copyOf(notes);
    }

    /** Tables whose rows were hashed by their text form. */
    public long byText() {
      return hashes.values().stream().filter(it -> it.method() == Method.TEXT).count();
    }

    /** SHA-256 over the sorted lines of tables, then of the catalogue. */
    public Digest contentHash() {
      var text = new StringBuilder(TableHashes.lines(hashes));
      new java.util.TreeMap<>(catalogue)
          .forEach((name, line) -> text.append(name).append(" = ").append(line).append('\n'));
      return Digest.of(text.toString());
    }
  }

  /**
   * All that differs.
   *
   * @param differing names of objects, sorted, never a row
   * @param found what both are equal in, if nothing differs
   */
  public record Findings(List<String> differing, Result found) {
    public Findings {
      differing = List.copyOf(differing);
    }
  }

  /**
   * Compares both sides; the two servers work at the same time.
   *
   * @param schemas both schema dumps, source first
   * @throws ActionFailed which names at most ten objects that differ, never a row
   */
  public static Result compare(
      String doing,
      Side source,
      Side restored,
      List<Map<String, String>> schemas,
      Stop stop,
      Runnable eachTable)
      throws ActionFailed, SQLException {
    var findings = findings(doing, source, restored, schemas, stop, eachTable);
    if (!findings.differing().isEmpty()) {
      throw new ActionFailed(problem(doing, findings.differing()));
    }
    return findings.found();
  }

  /**
   * As {@link #compare}, with all that differs instead of a failure that names the first ten.
   *
   * @throws ActionFailed where the source shows no table
   */
  public static Findings findings(
      String doing,
      Side source,
      Side restored,
      List<Map<String, String>> schemas,
      Stop stop,
      Runnable eachTable)
      throws ActionFailed, SQLException {
    var expected = TableHashes.tables(source.inside());
    var present = TableHashes.tables(restored.inside());
    if (expected.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the source has no tables that the bot can see.",
              "Look at the server copy; an empty comparison proves nothing."));
    }
    var differing = new TreeSet<String>();
    onlyOne(expected, present).forEach(it -> differing.add("table " + it + " (only on one side)"));
    var both = expected.stream().filter(present::contains).toList();
    Map<Table, Hash> hashes;
    try (var background = Executors.newVirtualThreadPerTaskExecutor()) {
      var ofSource = background.submit(() -> TableHashes.of(source.inside(), both, stop, () -> {}));
      hashes = TableHashes.of(restored.inside(), both, stop, eachTable);
      var wanted = finished(ofSource);
      both.stream()
          .filter(it -> !java.util.Objects.equals(hashes.get(it), wanted.get(it)))
          .forEach(it -> differing.add("rows of " + it));
    }
    var catalogue = CatalogueFingerprint.read(restored.inside(), restored.database());
    differing.addAll(
        CatalogueFingerprint.differing(
            CatalogueFingerprint.read(source.inside(), source.database()), catalogue));
    CatalogueFingerprint.differing(schemas.getFirst(), schemas.getLast())
        .forEach(it -> differing.add("definition of " + it));
    var notes = extensionOwners(source.inside(), restored.inside(), differing);
    return new Findings(List.copyOf(differing), new Result(hashes, catalogue, notes));
  }

  private static List<Table> onlyOne(List<Table> one, List<Table> other) {
    var only = new TreeSet<>(one);
    only.addAll(other);
    only.removeIf(it -> one.contains(it) && other.contains(it));
    return List.copyOf(only);
  }

  private static List<String> extensionOwners(
      Connection source, Connection restored, java.util.Set<String> differing) throws SQLException {
    var notes = new ArrayList<String>();
    var now = CatalogueFingerprint.extensionOwners(restored);
    CatalogueFingerprint.extensionOwners(source)
        .forEach(
            (extension, owner) -> {
              var other = now.get(extension);
              if (other == null || other.role().equals(owner.role())) {
                return;
              }
              if (owner.superuser()) { // nobody but he could give him one
                notes.add("extension " + extension + " now belongs to " + other.role());
              } else {
                differing.add("owner of extension " + extension);
              }
            });
    return notes;
  }

  private static Problem problem(String doing, List<String> differing) {
    var named = String.join("; ", differing.stream().limit(NAMED).toList());
    int more = differing.size() - NAMED;
    return new Problem(
        doing,
        "the restored database differs from its source: "
            + named
            + (more > 0 ? "; and " + more + " more" : "")
            + ".",
        "Do not cut over. Retry the copy; if it differs again, look at these objects.");
  }

  private static <T> T finished(Future<T> work) throws SQLException {
    try {
      return work.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case SQLException error -> throw error;
        case Stop.Stopped stopped -> throw stopped;
        case null, default -> throw new IllegalStateException("hashing failed", failed);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Stop.Stopped(Stop.Why.SHUTDOWN);
    }
  }
}
