package io.countersign.server;

import io.countersign.estate.Estate;
import io.countersign.run.EstateParts;
import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Complaint;
import io.countersign.runbook.Runbook;
import io.countersign.yaml.EstateReader;
import io.countersign.yaml.RunbookReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads the folders of estates and runbooks. A file that is not right refuses the start, with all
 * its problems.
 */
public final class Folders {
  private Folders() {}

  /** A folder's files have problems; the message names each file, line and fix. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(List<Complaint> complaints) {
      super(
          complaints.stream()
              .map(Complaint::toString)
              .collect(Collectors.joining(System.lineSeparator())));
    }
  }

  public static List<Estate> estates(Path folder, Map<String, String> environment) throws Refused {
    var estates = new ArrayList<Estate>();
    var complaints = new ArrayList<Complaint>();
    for (var file : yaml(folder)) {
      switch (EstateReader.read(
          file.toString(), text(file), it -> Optional.ofNullable(environment.get(it)))) {
        case EstateReader.Read.Valid(var estate) -> estates.add(estate);
        case EstateReader.Read.Invalid(var found) -> complaints.addAll(found);
      }
    }
    if (estates.isEmpty() && complaints.isEmpty()) {
      complaints.add(
          new Complaint(folder.toString(), 0, 0, "there is no estate file.", "Add one, *.yaml."));
    }
    if (!complaints.isEmpty()) {
      throw new Refused(complaints);
    }
    return estates;
  }

  public static Map<String, Runbook> runbooks(Path folder, Map<String, EstateParts> estates)
      throws Refused {
    var runbooks = new TreeMap<String, Runbook>();
    var complaints = new ArrayList<Complaint>();
    for (var file : yaml(folder)) {
      switch (read(file.toString(), text(file), estates)) {
        case RunbookReader.Read.Valid(var runbook) -> {
          if (runbooks.put(runbook.name(), runbook) != null) {
            complaints.add(
                new Complaint(
                    file.toString(),
                    1,
                    1,
                    "another file has a runbook " + runbook.name() + ".",
                    "Rename one of them."));
          }
        }
        case RunbookReader.Read.Invalid(var found) -> complaints.addAll(found);
      }
    }
    if (!complaints.isEmpty()) {
      throw new Refused(complaints);
    }
    return runbooks;
  }

  public static RunbookReader.Read read(
      String file, String text, Map<String, EstateParts> estates) {
    var any = estates.values().iterator().next().actions();
    return RunbookReader.read(
        file, text, name -> signature(name, estates), any.names(), estates.keySet());
  }

  private static Optional<ActionSignature> signature(
      String name, Map<String, EstateParts> estates) {
    return estates.values().stream()
        .flatMap(it -> it.actions().signature(name).stream())
        .findFirst();
  }

  private static List<Path> yaml(Path folder) {
    try (var files = Files.list(folder)) {
      return files
          .filter(it -> it.toString().endsWith(".yaml") || it.toString().endsWith(".yml"))
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the folder " + folder, unreadable);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }
}
