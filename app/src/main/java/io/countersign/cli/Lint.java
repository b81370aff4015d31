package io.countersign.cli;

import io.countersign.run.EstateParts;
import io.countersign.server.Folders;
import io.countersign.yaml.EstateReader;
import io.countersign.yaml.RunbookReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says everything that is wrong with runbooks and estate files, as the start would. */
@Command(
    name = "lint",
    mixinStandardHelpOptions = true,
    description =
        "Checks runbooks and estate files and prints every problem with file, line, column and"
            + " what to do. Connects nowhere. Exit code 0: no problem, 1: problems, 2: no such"
            + " file.",
    footer = {"", "For example:", "  countersign lint", "  countersign lint runbooks/my.yaml"})
final class Lint implements Callable<Integer> {
  private static final Pattern ESTATE = Pattern.compile("(?m)^estate\\s*:");

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description =
          "files, or folders of files; without any, the folders of runbooks and of estates")
  private List<Path> paths = List.of();

  @Option(
      names = "--estates",
      paramLabel = "FOLDER",
      description = "the folder of estates; else COUNTERSIGN_ESTATES, else manifest/estates")
  private Optional<String> estates = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    var problems = new ArrayList<String>();
    var files = new ArrayList<Path>();
    for (var path : paths) {
      files.addAll(files(path));
    }
    var known = Desktop.read(Optional.empty(), estates);
    if (paths.isEmpty() || known.estates().isEmpty()) {
      problems.addAll(known.problems());
    }
    if (!known.estates().isEmpty()) {
      for (var file : files) {
        problems.addAll(problems(file, known.estates()));
      }
    }
    problems.forEach(spec.commandLine().getOut()::println);
    spec.commandLine().getOut().flush();
    return problems.isEmpty() ? 0 : 1;
  }

  private List<Path> files(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (var all = Files.list(path)) {
        return all.filter(it -> it.toString().matches(".*\\.ya?ml")).sorted().toList();
      }
    }
    if (!Files.isRegularFile(path)) {
      throw new ParameterException(
          spec.commandLine(), "There is no file or folder " + path.toAbsolutePath() + ".");
    }
    return List.of(path);
  }

  private static List<String> problems(Path file, Map<String, EstateParts> estates)
      throws IOException {
    var text = Files.readString(file);
    if (ESTATE.matcher(text).find()) {
      return switch (EstateReader.read(file.toString(), text, Desktop::nowhere)) {
        case EstateReader.Read.Valid _ -> List.of();
        case EstateReader.Read.Invalid(var complaints) ->
            complaints.stream().map(Object::toString).toList();
      };
    }
    return switch (Folders.read(file.toString(), text, estates)) {
      case RunbookReader.Read.Valid _ -> List.of();
      case RunbookReader.Read.Invalid(var complaints) ->
          complaints.stream().map(Object::toString).toList();
    };
  }
}
