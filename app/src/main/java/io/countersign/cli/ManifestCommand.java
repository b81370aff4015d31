package io.countersign.cli;

import io.countersign.server.Authored;
import io.countersign.slack.Manifest;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the manifest of the Slack app that the runbooks need. */
@Command(
    name = "manifest",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the Slack app manifest for the runbooks: their commands, and the least scopes.",
      "Exits 0 with the manifest, 1 where runbooks are not right for it, 2 on misuse."
    })
final class ManifestCommand implements Callable<Integer> {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "where Slack reaches the bot, https://...; without it, Socket Mode")
  private @Nullable URI url;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Map<String, String> environment;

  ManifestCommand() {
    this(System.getenv());
  }

  ManifestCommand(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Integer call() {
    var err = spec.commandLine().getErr();
    try {
      var authored = Authored.all(Authored.Where.of(environment));
      if (!authored.complaints().isEmpty()) {
        authored.complaints().forEach(err::println);
        return 1;
      }
      var out = spec.commandLine().getOut();
      out.print(Manifest.of(authored.runbooks().values(), Optional.ofNullable(url)));
      out.flush();
      return 0;
    } catch (Manifest.Refused refused) {
      err.println(refused.getMessage());
      return 1;
    } catch (Authored.NotThere | UncheckedIOException unreadable) {
      err.println(unreadable.getMessage());
      return 2;
    }
  }
}
