package io.countersign.server;

import io.countersign.estate.Estate;
import io.countersign.run.EstateParts;
import io.countersign.runbook.Complaint;
import io.countersign.runbook.Runbook;
import io.countersign.yaml.EstateReader;
import io.countersign.yaml.RunbookReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
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

  /**
   * Estate files as far as they can be read.
   *
   * @param names of all files, also of those that are not right
   */
  record ReadEstates(List<Estate> estates, Set<String> names, List<Complaint> complaints) {
    ReadEstates {
      estates = List.copyOf(estates);
      names = Set.copyOf(names);
      complaints = List.copyOf(complaints);
    }
  }

  /** Runbook files as far as they can be read. */
  record ReadRunbooks(Map<String, Runbook> runbooks, List<Complaint> complaints) {
    ReadRunbooks {
      runbooks = Map.copyOf(runbooks);
      complaints = List.copyOf(complaints);
    }
  }

  public static List<Estate> estates(Path folder, Map<String, String> environment) throws Refused {
    var read = estates(yaml(folder), it -> Optional.ofNullable(environment.get(it)));
    var complaints = new ArrayList<>(read.complaints());
    if (read.estates().isEmpty() && complaints.isEmpty()) {
      complaints.add(noEstate(folder));
    }
    if (!complaints.isEmpty()) {
      throw new Refused(complaints);
    }
    return read.estates();
  }

  static Complaint noEstate(Path folder) {
    return new Complaint(folder.toString(), 0, 0, "there is no estate file", "Add one, *.yaml.");
  }

  static ReadEstates estates(List<Path> files, Function<String, Optional<String>> variables) {
    var estates = new ArrayList<Estate>();
    var names = new TreeSet<String>();
    var complaints = new ArrayList<Complaint>();
    for (var file : files) {
      var text = text(file);
      var name = claimed("estate", text);
      if (name.isPresent() && !names.add(name.get())) {
        complaints.add(
            new Complaint(
                file.toString(),
                1,
                1,
                "another file has an estate " + name.get(),
                "Rename one of them."));
      }
      switch (EstateReader.read(file.toString(), text, variables)) {
        case EstateReader.Read.Valid(var estate) -> estates.add(estate);
        case EstateReader.Read.Invalid(var found) -> complaints.addAll(found);
      }
    }
    return new ReadEstates(estates, names, complaints);
  }

  public static Map<String, Runbook> runbooks(Path folder, Map<String, EstateParts> estates)
      throws Refused {
    var files = yaml(folder);
    var read = runbooks(files, files, ActionsKnown.of(estates));
    if (!read.complaints().isEmpty()) {
      throw new Refused(read.complaints());
    }
    return new TreeMap<>(read.runbooks());
  }

  /**
   * @param beside all files whose runbooks these may name
   */
  static ReadRunbooks runbooks(List<Path> files, List<Path> beside, ActionsKnown known) {
    var names =
        beside.stream()
            .flatMap(it -> claimed("runbook", text(it)).stream())
            .collect(Collectors.toCollection(TreeSet::new));
    var runbooks = new TreeMap<String, Runbook>();
    var commands = new TreeSet<String>();
    var complaints = new ArrayList<Complaint>();
    for (var file : files) {
      switch (known.read(file.toString(), text(file))) {
        case RunbookReader.Read.Valid valid -> {
          var across = new AcrossRunbooks(file.toString(), valid);
          if (runbooks.put(valid.runbook().name(), valid.runbook()) != null) {
            complaints.add(across.nameTaken());
          }
          if (valid.runbook().command().filter(it -> !commands.add(it)).isPresent()) {
            complaints.add(across.commandTaken());
          }
          complaints.addAll(across.unknown(names));
        }
        case RunbookReader.Read.Invalid(var found) -> complaints.addAll(found);
      }
    }
    return new ReadRunbooks(runbooks, complaints);
  }

  public static RunbookReader.Read read(
      String file, String text, Map<String, EstateParts> estates) {
    return ActionsKnown.of(estates).read(file, text);
  }

  /** The name that a file gives itself, whatever else may be wrong in it. */
  static Optional<String> claimed(String key, String text) {
    var line = Pattern.compile("(?m)^" + key + ":[ \\t]*[\"']?([^\\s\"'#]+)").matcher(text);
    return line.find() ? Optional.of(line.group(1)) : Optional.empty();
  }

  static List<Path> yaml(Path folder) {
    try (var files = Files.list(folder)) {
      return files
          .filter(it -> it.toString().endsWith(".yaml") || it.toString().endsWith(".yml"))
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the folder " + folder, unreadable);
    }
  }

  /** A file's text; bytes that are no UTF-8 become U+FFFD, which the readers complain about. */
  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    }
  }
}
