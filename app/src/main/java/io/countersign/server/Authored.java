package io.countersign.server;

import io.countersign.action.Catalogue;
import io.countersign.estate.Access;
import io.countersign.estate.Backups;
import io.countersign.estate.CopyLimits;
import io.countersign.estate.Estate;
import io.countersign.estate.PastSource;
import io.countersign.estate.Policies;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretSource;
import io.countersign.run.Schedules;
import io.countersign.runbook.Complaint;
import io.countersign.runbook.Runbook;
import io.countersign.yaml.RunbookSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Runbooks and estates as their files alone show them: nothing is connected, and the variables that
 * estates refer to need not be set.
 *
 * @param files that were read
 * @param complaints everything that is wrong, by file and place
 */
public record Authored(
    List<Path> files,
    Map<String, Runbook> runbooks,
    Map<String, Estate> estates,
    List<Complaint> complaints) {
  private static final Estate UNKNOWN =
      new Estate(
          "unknown",
          "",
          Estate.Layout.SINGLE_DATABASE,
          ZoneOffset.UTC,
          new Estate.Statuses("open", "frozen"),
          Duration.ZERO,
          Duration.ZERO,
          List.of(),
          List.of(),
          new Policies(
              Policies.Queues.AS_RESTORED, Policies.Sequences.AS_RESTORED, Optional.empty()),
          new Estate.RegistryQueries(new SecretName("unknown"), Map.of()),
          new SecretSource.Folder("/nowhere"),
          new Estate.RestoreSource("/nowhere", "/nowhere", "/nowhere", ""),
          Optional.empty(),
          Map.of(),
          CopyLimits.NONE,
          Optional.empty(),
          Access.PLAIN);

  public Authored {
    files = List.copyOf(files);
    runbooks = Map.copyOf(runbooks);
    estates = Map.copyOf(estates);
    complaints = List.copyOf(complaints);
  }

  /** Nothing can be read there. */
  public static final class NotThere extends Exception {
    private static final long serialVersionUID = 1;

    NotThere(String message) {
      super(message);
    }
  }

  /** Where files are looked for: as {@code serve} does, else in the folders of this repository. */
  public record Where(Path runbooks, Path estates) {
    public static Where of(Map<String, String> environment) {
      return new Where(
          Path.of(environment.getOrDefault("COUNTERSIGN_RUNBOOKS", "runbooks")),
          Path.of(environment.getOrDefault("COUNTERSIGN_ESTATES", "manifest/estates")));
    }
  }

  /** Everything. */
  public static Authored all(Where where) throws NotThere {
    return of(List.of(), where);
  }

  /**
   * These alone, read against all estates and against the runbooks beside them.
   *
   * @param paths files or folders; none means everything
   */
  public static Authored of(List<Path> paths, Where where) throws NotThere {
    var wanted = new LinkedHashSet<Path>();
    for (var path : paths.isEmpty() ? List.of(where.runbooks(), where.estates()) : paths) {
      wanted.addAll(files(path));
    }
    var runbooks = new ArrayList<Path>();
    var estates = new LinkedHashSet<Path>();
    for (var file : wanted) {
      (isEstate(file) ? estates : runbooks).add(file);
    }
    var given = Set.copyOf(estates);
    if (!runbooks.isEmpty()) {
      addUnlessGiven(estates, files(where.estates()), given);
    }
    return read(runbooks, List.copyOf(estates), given, where);
  }

  /** An estate that was given stands for the one of its name in the folder. */
  private static void addUnlessGiven(Set<Path> estates, List<Path> more, Set<Path> given) {
    var same = new TreeSet<Path>();
    var names = new TreeSet<String>();
    for (var file : given) {
      same.add(file.toAbsolutePath().normalize());
      Folders.claimed("estate", Folders.text(file)).ifPresent(names::add);
    }
    for (var file : more) {
      boolean named =
          Folders.claimed("estate", Folders.text(file)).filter(names::contains).isPresent();
      if (!named && !same.contains(file.toAbsolutePath().normalize())) {
        estates.add(file);
      }
    }
  }

  private static Authored read(
      List<Path> runbooks, List<Path> estates, Set<Path> given, Where where) {
    // any path will do where none is looked at
    var readEstates = Folders.estates(estates, name -> Optional.of("/" + name));
    var complaints = new ArrayList<>(readEstates.complaints());
    if (estates.isEmpty()) {
      complaints.add(Folders.noEstate(where.estates()));
    }
    var known = new ActionsKnown(actions(), readEstates.names());
    var readRunbooks = Folders.runbooks(runbooks, beside(runbooks), known);
    complaints.addAll(readRunbooks.complaints());
    var byName = new TreeMap<String, Estate>();
    readEstates.estates().forEach(it -> byName.put(it.name(), it));
    var files = Stream.concat(runbooks.stream(), estates.stream().filter(it -> given.contains(it)));
    return new Authored(files.toList(), readRunbooks.runbooks(), byName, complaints);
  }

  /** The files of all folders that these lie in. */
  private static List<Path> beside(List<Path> runbooks) {
    var folders = new LinkedHashSet<Path>();
    runbooks.forEach(it -> folders.add(it.toAbsolutePath().getParent()));
    return folders.stream().flatMap(it -> Folders.yaml(it).stream()).toList();
  }

  private static boolean isEstate(Path file) {
    var text = Folders.text(file);
    return Folders.claimed("estate", text).isPresent()
        && Folders.claimed("runbook", text).isEmpty();
  }

  private static List<Path> files(Path path) throws NotThere {
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    if (!Files.isDirectory(path)) {
      throw new NotThere(
          "There is no file or folder "
              + path
              + ". Name one, or set COUNTERSIGN_RUNBOOKS and"
              + " COUNTERSIGN_ESTATES.");
    }
    return Folders.yaml(path);
  }

  /** The actions, behind which nothing stands: what they declare and plan can be asked for. */
  public static Catalogue actions(Estate estate) {
    var nowhere =
        new Estate(
            estate.name(),
            estate.title(),
            estate.layout(),
            estate.zone(),
            estate.statuses(),
            estate.statusTtl(),
            estate.metadataTtl(),
            estate.canaries(),
            estate.queueSchemas(),
            estate.policies(),
            estate.registry(),
            UNKNOWN.secrets(),
            // Azure is asked when something runs; a folder would be looked at
            estate.restore() instanceof PastSource.OnAzure azure ? azure : UNKNOWN.restore(),
            estate.backups().map(it -> new Estate.BackupFolder("/nowhere", it.parallelFrom())),
            estate.neighbours(),
            estate.copy(),
            estate.channel(),
            estate.access());
    return Estates.of(
            nowhere,
            Path.of("/nowhere"),
            new SecureRandom(),
            Authored::noSchedules,
            Authored::noBackups,
            _ -> {})
        .actions();
  }

  private static Schedules noSchedules() {
    throw new IllegalStateException("nothing runs here");
  }

  private static Backups noBackups() {
    throw new IllegalStateException("nothing runs here");
  }

  /** The actions of an estate of which nothing is known: every estate has the same. */
  public static Catalogue actions() {
    return actions(UNKNOWN);
  }

  /** The JSON Schema of runbooks with these actions. */
  public static String schema() {
    var actions = actions();
    return RunbookSchema.of(
        actions.names().stream().flatMap(it -> actions.signature(it).stream()).toList());
  }
}
