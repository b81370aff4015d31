package io.countersign.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.countersign.slack.AppManifest;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints the manifest from which Slack makes the app. */
@Command(
    name = "manifest",
    mixinStandardHelpOptions = true,
    description =
        "Prints the Slack app manifest for the runbooks there are. Paste it at"
            + " https://api.slack.com/apps?new_app=1, \"From a manifest\".",
    footer = {
      "",
      "For example:",
      "  countersign manifest > slack-app.yaml",
      "  countersign manifest --url https://countersign.example.com > slack-app.yaml"
    })
final class Manifest implements Callable<Integer> {
  @Option(
      names = "--url",
      paramLabel = "ADDRESS",
      description =
          "where Slack reaches the bot over HTTPS; without it the app uses Socket Mode, which needs"
              + " no address")
  private Optional<URI> url = Optional.empty();

  @Option(
      names = "--runbooks",
      paramLabel = "FOLDER",
      description = "the folder of runbooks; else COUNTERSIGN_RUNBOOKS, else runbooks")
  private Optional<String> runbooks = Optional.empty();

  @Option(
      names = "--estates",
      paramLabel = "FOLDER",
      description = "the folder of estates; else COUNTERSIGN_ESTATES, else manifest/estates")
  private Optional<String> estates = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws JsonProcessingException {
    url.ifPresent(this::requireHttps);
    var read = Desktop.read(runbooks, estates);
    if (!read.problems().isEmpty()) {
      read.problems().forEach(spec.commandLine().getErr()::println);
      return 1;
    }
    return switch (AppManifest.of(read.runbooks().values(), url)) {
      case AppManifest.Made.Valid(var tree) -> {
        spec.commandLine().getOut().print(YAML.writeValueAsString(tree));
        spec.commandLine().getOut().flush();
        yield 0;
      }
      case AppManifest.Made.Refused(var problems) -> {
        problems.forEach(spec.commandLine().getErr()::println);
        yield 1;
      }
    };
  }

  private static final ObjectMapper YAML =
      new ObjectMapper(
          new YAMLFactory()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
              .disable(YAMLGenerator.Feature.SPLIT_LINES));

  private void requireHttps(URI address) {
    if (address.getHost() == null || !"https".equals(address.getScheme())) {
      throw new ParameterException(
          spec.commandLine(),
          "--url is an address such as https://countersign.example.com; Slack sends requests only"
              + " over HTTPS.");
    }
  }
}
