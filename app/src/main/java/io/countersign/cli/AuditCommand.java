package io.countersign.cli;

import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.audit.Bundle;
import io.countersign.audit.Finding;
import io.countersign.audit.Reads;
import io.countersign.audit.Verification;
import io.countersign.server.AnchorFile;
import io.countersign.server.AuditBundles;
import io.countersign.server.Authored;
import io.countersign.server.DatabaseSettings;
import io.countersign.server.Settings;
import io.countersign.store.Database;
import io.countersign.store.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code countersign audit}: what an auditor asks, a year later. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Verifies what the database keeps of runs, and exports one run.",
    subcommands = {AuditCommand.Verify.class, AuditCommand.Export.class})
final class AuditCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 2;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return 2;
  }

  /** The schema is not this version's; the message says what to do. */
  private static final class Behind extends Exception {
    private static final long serialVersionUID = 1;

    Behind(String message) {
      super(message);
    }
  }

  /** Changes nothing, also with the owner's login: another command brings the schema up to date. */
  private static Database open(Map<String, String> environment) throws Settings.Refused, Behind {
    var settings = DatabaseSettings.of(environment);
    try (var schema = Schema.open(settings.url(), settings.user(), settings.password())) {
      var pending = schema.pending();
      if (!pending.isEmpty()) {
        throw new Behind(
            "The schema countersign lacks "
                + String.join(", ", pending)
                + ". Run countersign migrate with the owner's login first.");
      }
    }
    return Database.open(settings.url(), settings.user(), settings.password(), CONNECTIONS);
  }

  /** {@code countersign audit verify}. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Makes every hash again from the rows that stand in the database now. Changes nothing.",
        "Exits 0 where all is as it was written, 1 with findings, 2 on misuse."
      })
  static final class Verify implements Callable<Integer> {
    @Option(
        names = "--anchors",
        paramLabel = "FILE",
        description = "also compares the anchors with this file, such as COUNTERSIGN_AUDIT_FILE")
    private @Nullable Path file;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final Map<String, String> environment;

    Verify() {
      this(System.getenv());
    }

    Verify(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() {
      try (var _ = new QuietLoggers()) {
        var outside = outside();
        try (var database = open(environment)) {
          return told(database.audit().look(it -> Verification.of(it, outside.lines())), outside);
        }
      } catch (IOException unreadable) {
        spec.commandLine()
            .getErr()
            .println("--anchors: " + file + " cannot be read; name a file of anchors.");
        return 2;
      } catch (Settings.Refused | Behind | Database.Unreachable refused) {
        spec.commandLine().getErr().println(refused.getMessage());
        return 2;
      }
    }

    private AnchorFile.Content outside() throws IOException {
      if (file == null) {
        return new AnchorFile.Content(List.of(), List.of());
      }
      if (!Files.isRegularFile(file)) {
        throw new IOException("no such file");
      }
      return AnchorFile.read(file);
    }

    private int told(Verification verified, AnchorFile.Content outside) {
      var out = spec.commandLine().getOut();
      out.println(
          verified.runs()
              + " runs · "
              + verified.rows()
              + " rows · "
              + verified.links()
              + " links · "
              + verified.anchors()
              + " anchors"
              + (file == null ? "" : " · " + outside.lines().size() + " anchors in the file"));
      verified.findings().stream().map(Finding::line).forEach(it -> out.println("found · " + it));
      outside
          .unreadable()
          .forEach(it -> out.println("found · " + file + ":" + it + " · no anchor"));
      boolean good = verified.good() && outside.unreadable().isEmpty();
      out.println(
          good
              ? "Everything is as it was written."
              : "The database is not as it was written. Keep it and its logs as they are, and find"
                  + " out who could write to it.");
      return good ? 0 : 1;
    }
  }

  /** {@code countersign audit export RUN}. */
  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = {
        "Writes everything about one run as JSON and as a page that a person can read.",
        "It is recorded that you did. Exits 0 with the files, 1 where there is no such run, 2 on"
            + " misuse."
      })
  static final class Export implements Callable<Integer> {
    private static final Pattern RUN = Pattern.compile("[0-9a-hjkmnp-tv-z]{8}");

    @Parameters(index = "0", paramLabel = "RUN", description = "the run's id, such as 7k2m9qxd")
    private String run = "";

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = ".",
        description = "the folder for the two files; this one where it is left out")
    private Path folder = Path.of(".");

    @Spec private CommandSpec spec = CommandSpec.create();

    private final Map<String, String> environment;

    Export() {
      this(System.getenv());
    }

    Export(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() {
      var err = spec.commandLine().getErr();
      if (!RUN.matcher(run).matches()) {
        err.println(run + " is no run's id; it has eight letters and digits, such as 7k2m9qxd.");
        return 2;
      }
      try (var _ = new QuietLoggers();
          var database = open(environment)) {
        return export(database, new RunId(run));
      } catch (Settings.Refused | Behind | Database.Unreachable refused) {
        err.println(refused.getMessage());
        return 2;
      } catch (IOException | UncheckedIOException unwritable) {
        err.println("--out: nothing can be written to " + folder + "; name a folder of yours.");
        return 2;
      }
    }

    private int export(Database database, RunId id) throws IOException {
      var who = "command line: " + System.getProperty("user.name", "unknown");
      // recorded first: what could not be recorded is not shown
      database
          .anchors()
          .record(new Reads.Read(who, Reads.What.EXPORT, Optional.of(id), "command line"));
      var bundle = new AuditBundles(database, this::actions).of(id);
      if (bundle.isEmpty()) {
        spec.commandLine().getErr().println("There is no run " + id + ".");
        return 1;
      }
      Files.createDirectories(folder);
      var out = spec.commandLine().getOut();
      out.println(written(bundle.get(), ".json", bundle.get().json()));
      out.println(written(bundle.get(), ".html", bundle.get().page()));
      if (!bundle.get().findings().isEmpty()) {
        out.println("The database is not as it was written: countersign audit verify says what.");
        return 1;
      }
      return 0;
    }

    /** Closed to others: it says everything about the run. */
    private Path written(Bundle bundle, String ending, String text) throws IOException {
      var file = folder.resolve(bundle.name() + ending);
      var unfinished =
          Files.createTempFile(
              folder,
              bundle.name(),
              ending,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(unfinished, text, StandardCharsets.UTF_8);
      return Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The estate's own where its file is here, for the exact statements. */
    private Catalogue actions(String estate) {
      try {
        var known = Authored.all(Authored.Where.of(environment)).estates().get(estate);
        return known == null ? Authored.actions() : Authored.actions(known);
      } catch (Authored.NotThere | UncheckedIOException elsewhere) {
        return Authored.actions();
      }
    }
  }
}
