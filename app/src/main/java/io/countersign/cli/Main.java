package io.countersign.cli;

import io.countersign.runbook.Readings;
import io.countersign.sandbox.Sandbox;
import io.countersign.server.Bot;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code countersign}: exit code 0 good, 1 a finding, 2 misuse. */
@Command(
    name = "countersign",
    mixinStandardHelpOptions = true,
    version = "countersign 0.1.0",
    description =
        "Runs tenant-database runbooks from Slack, and asks a second person before it destroys"
            + " anything.",
    subcommands = {
      Main.Serve.class,
      LintCommand.class,
      PlanCommand.class,
      ManifestCommand.class,
      Migrate.class,
      Doctor.class,
      AuditCommand.class,
      Main.InSandbox.class,
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.setOut(inUtf8(FileDescriptor.out));
    System.setErr(inUtf8(FileDescriptor.err));
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  /** Containers and services have no locale, and without one every sign but ASCII would be lost. */
  private static PrintStream inUtf8(FileDescriptor stream) {
    return new PrintStream(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
  }

  @Command(
      name = "serve",
      mixinStandardHelpOptions = true,
      description = "Runs the bot; settings come from the environment.")
  static final class Serve implements Callable<Integer> {
    @Override
    public Integer call() throws InterruptedException {
      try (var bot = Bot.start(System.getenv())) {
        System.out.println("READY " + bot.address());
        Runtime.getRuntime().addShutdownHook(new Thread(bot::close, "stop"));
        new CountDownLatch(1).await();
        return 0;
      } catch (Bot.CannotStart refused) {
        System.err.println(refused.getMessage());
        return 1;
      }
    }
  }

  @Command(
      name = "sandbox",
      mixinStandardHelpOptions = true,
      description =
          "Runs the bot with local PostgreSQL servers and a stand-in Slack; nothing to configure.")
  static final class InSandbox implements Callable<Integer> {
    @CommandLine.Option(
        names = "--port",
        defaultValue = "",
        description = "port of the page (3000); 0 takes any")
    private String port = "";

    @CommandLine.Option(
        names = "--demo",
        defaultValue = "",
        description =
            "plays the story by itself: true, parity-differs or approver-not-admin; exits 0 only if"
                + " every check held")
    private String demo = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      var story = given(demo, "countersign.demo", "");
      return story.isEmpty() || story.equals("false")
          ? Sandbox.run(port(given(port, "countersign.port", "3000")), Clock.systemUTC())
          : Sandbox.demo(story, Clock.systemUTC());
    }

    private int port(String given) {
      return Readings.integer(given)
          .filter(it -> it >= 0 && it <= 65_535)
          .map(Long::intValue)
          .orElseThrow(
              () ->
                  new CommandLine.ParameterException(
                      spec.commandLine(), given + " is no port; write one from 0 to 65535."));
    }

    /** Maven hands its own options on as system properties, empty where they were not given. */
    private static String given(String option, String property, String otherwise) {
      var set = option.isEmpty() ? System.getProperty(property, "") : option;
      return set.isEmpty() ? otherwise : set;
    }
  }
}
