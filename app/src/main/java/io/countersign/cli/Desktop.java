package io.countersign.cli;

import io.countersign.run.EstateParts;
import io.countersign.runbook.Runbook;
import io.countersign.server.Estates;
import io.countersign.server.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Runbooks and estates as an author has them on a desktop: read and linted, but nothing is
 * connected, and the variables that estate files name need not be set.
 */
final class Desktop {
  private Desktop() {}

  /**
   * @param problems everything that is wrong, a line each; empty where all is well
   */
  record Read(
      Map<String, EstateParts> estates, Map<String, Runbook> runbooks, List<String> problems) {}

  static Read read(Optional<String> runbooks, Optional<String> estates) {
    var runbookFolder = folder(runbooks, "COUNTERSIGN_RUNBOOKS", "runbooks");
    var estateFolder = folder(estates, "COUNTERSIGN_ESTATES", "manifest/estates");
    for (var folder : List.of(runbookFolder, estateFolder)) {
      if (!Files.isDirectory(folder)) {
        return failed("There is no folder " + folder.toAbsolutePath().normalize() + ".");
      }
    }
    Map<String, EstateParts> parts = Map.of();
    try {
      parts = estates(estateFolder);
      return new Read(parts, Folders.runbooks(runbookFolder, parts), List.of());
    } catch (Folders.Refused refused) {
      var problems = String.valueOf(refused.getMessage()).lines().toList();
      return new Read(parts, Map.of(), problems);
    }
  }

  private static Read failed(String problem) {
    return new Read(Map.of(), Map.of(), List.of(problem));
  }

  private static Path folder(Optional<String> option, String variable, String otherwise) {
    return Path.of(option.or(() -> Optional.ofNullable(System.getenv(variable))).orElse(otherwise));
  }

  /** Each variable has a value: a path that is nowhere. */
  static Optional<String> nowhere(String variable) {
    return Optional.of("/" + variable);
  }

  /** Estates whose ports are there and are never asked. */
  private static Map<String, EstateParts> estates(Path folder) throws Folders.Refused {
    var parts = new TreeMap<String, EstateParts>();
    for (var estate : Folders.estates(folder, Desktop::nowhere)) {
      parts.put(
          estate.name(),
          Estates.of(
              estate,
              Path.of(System.getProperty("java.io.tmpdir")),
              new Random(),
              () -> {
                throw new IllegalStateException("nothing is scheduled here");
              },
              _ -> {}));
    }
    return parts;
  }
}
