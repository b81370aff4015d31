package io.countersign.cli;

import io.countersign.doctor.Examination;
import io.countersign.doctor.Result;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code countersign doctor}: 0 where nothing was found, 1 where something was. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at everything that the bot needs, from the environment that it will be started with,"
          + " and says for each thing that is not right what to do. Changes nothing."
    })
final class Doctor implements Callable<Integer> {
  @Option(
      names = "--socket",
      description =
          "also asks Slack for a socket; it answers apps.connections.open only about once a minute")
  private boolean socket;

  @Override
  public Integer call() {
    List<Result> results;
    try (var _ = new QuietLoggers()) {
      results = new Examination(System.getenv(), InstantSource.system(), socket).results();
    }
    results.forEach(it -> System.out.println(it.line()));
    long findings = results.stream().filter(Result.Finding.class::isInstance).count();
    System.out.println(
        findings == 0 ? "Nothing was found." : "Found " + findings + " to be mended.");
    return findings == 0 ? 0 : 1;
  }
}
