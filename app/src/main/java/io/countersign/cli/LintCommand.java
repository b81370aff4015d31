package io.countersign.cli;

import io.countersign.server.Authored;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says everything that is wrong in runbooks and estates; needs no database, secret or network. */
@Command(
    name = "lint",
    mixinStandardHelpOptions = true,
    description = {
      "Checks runbooks and estates without connecting to anything.",
      "Exits 0 where all is right, 1 with the problems, 2 where there is nothing to check."
    })
final class LintCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "PATH",
      description =
          "files or folders; without any, COUNTERSIGN_RUNBOOKS (./runbooks) and"
              + " COUNTERSIGN_ESTATES (./manifest/estates)")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = "--schema",
      description = "prints the JSON Schema of runbooks, for editors, and checks nothing")
  private boolean schema;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Map<String, String> environment;

  LintCommand() {
    this(System.getenv());
  }

  LintCommand(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    if (schema) {
      out.print(Authored.schema());
      out.flush();
      return 0;
    }
    try {
      var authored = Authored.of(paths, Authored.Where.of(environment));
      authored.complaints().forEach(out::println);
      out.println(summary(authored));
      return authored.complaints().isEmpty() ? 0 : 1;
    } catch (Authored.NotThere | UncheckedIOException unreadable) {
      spec.commandLine().getErr().println(unreadable.getMessage());
      return 2;
    }
  }

  private static String summary(Authored authored) {
    int files = authored.files().size();
    int problems = authored.complaints().size();
    return (problems == 0 ? "Nothing is wrong" : counted(problems, "problem"))
        + " in "
        + counted(files, "file")
        + ".";
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
