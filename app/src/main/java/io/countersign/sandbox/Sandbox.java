package io.countersign.sandbox;

import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.Traffic;
import io.countersign.sandbox.slack.Limits;
import io.countersign.server.Bot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code mvn -Psandbox}: the bot, local servers and a stand-in Slack, nothing to configure. */
public final class Sandbox {
  private static final Duration STATUS_TTL = Duration.ofSeconds(30);
  private static final int CLIENTS = 6;

  private Sandbox() {}

  /**
   * Runs until it is stopped.
   *
   * @param port of the page
   * @param clock of the stand-in Slack
   * @return the exit code
   */
  public static int run(int port, Clock clock) {
    quiet();
    try {
      var own = OwnSlack.of(System.getenv());
      return own.isPresent() ? inYourSlack(own.get(), clock) : withStandIn(port, clock);
    } catch (IllegalStateException refused) {
      System.err.println(refused.getMessage());
      return 1;
    }
  }

  private static int withStandIn(int port, Clock clock) {
    System.out.println(
        "Starting PostgreSQL with three demo tenants, a stand-in Slack and the bot ...");
    try (var world = SandboxWorld.start(plan(port, clock));
        var bot = Bot.start(world.environment());
        var traffic = Traffic.start(world.medsuite(), "acme", CLIENTS, STATUS_TTL)) {
      world.deliverTo(bot.address());
      Furnishing.put(world, bot);
      System.out.println(invitation(world, traffic));
      ParentWatch.endWithParent();
      new CountDownLatch(1).await();
      return 0;
    } catch (Bot.CannotStart | IllegalStateException | IllegalArgumentException refused) {
      System.err.println(refused.getMessage());
      return 1;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static int inYourSlack(OwnSlack own, Clock clock) {
    System.out.println(
        "Starting PostgreSQL with three demo tenants and the bot, which talks to your Slack ...");
    try (var world = SandboxWorld.start(plan(0, clock), own);
        var bot = Bot.start(world.environment());
        var _ = Traffic.start(world.medsuite(), "acme", CLIENTS, STATUS_TTL)) {
      System.out.println(inYourSlack(own, bot));
      ParentWatch.endWithParent();
      new CountDownLatch(1).await();
      return 0;
    } catch (Bot.CannotStart refused) {
      System.err.println(refused.getMessage());
      return 1;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static String inYourSlack(OwnSlack own, Bot bot) {
    return """

    Countersign's sandbox is in your Slack. %s

    In a channel in which the bot is, as somebody whom COUNTERSIGN_ROLES_PLATFORM_ADMIN names:
      /tenant-restore acme to 1 minute ago because a bad migration
    A second one of them countersigns. Only demo data is touched; Ctrl-C leaves nothing behind.
    """
        .formatted(
            own.bySocket()
                ? "It is connected by Socket Mode."
                : "Slack must reach it: let a tunnel with HTTPS lead to " + bot.address() + ".");
  }

  /**
   * Plays the story by itself.
   *
   * @param name {@code true}, or the name of a fault that the demo must find
   * @param clock of the stand-in Slack and of the transcript
   * @return 0 only if every check held
   */
  public static int demo(String name, Clock clock) {
    quiet();
    ParentWatch.endWithParent();
    try (var world = SandboxWorld.start(plan(0, clock));
        var bot = Bot.start(world.environment())) {
      world.deliverTo(bot.address());
      return new Demo(world, Demo.Fault.of(name), it -> Furnishing.skip(world, bot, it), clock)
          .play();
    } catch (Bot.CannotStart | IllegalStateException | IllegalArgumentException refused) {
      System.err.println(refused.getMessage());
      return 1;
    }
  }

  private static SandboxWorld.Plan plan(int port, Clock clock) {
    var root = root();
    return new SandboxWorld.Plan(
        root.resolve("runbooks"),
        estates(root.resolve("manifest/estates"), System.getProperty("countersign.estate", "")),
        UnaryOperator.identity(),
        MedsuiteEstate.Size.STANDARD,
        Limits.slack(),
        port,
        Transport.named(System.getProperty("countersign.transport", "")),
        clock);
  }

  /**
   * The folder of estates, or one of its subfolders: each a flavour of the demo.
   *
   * @throws IllegalStateException where there is none of that name
   */
  private static Path estates(Path all, String flavour) {
    var folder = all.resolve(flavour);
    if (!flavour.matches("[a-z-]*") || !Files.isDirectory(folder)) {
      throw new IllegalStateException(
          "There is no folder manifest/estates/" + flavour + ". Try -Destate=azure, or none.");
    }
    return folder;
  }

  /** The repository: the present folder or the one above. */
  private static Path root() {
    for (var folder : new Path[] {Path.of(""), Path.of("..")}) {
      if (Files.isDirectory(folder.resolve("runbooks"))) {
        return folder.toAbsolutePath().normalize();
      }
    }
    throw new IllegalStateException(
        "There is no folder runbooks here. Start the sandbox from the repository's top folder.");
  }

  private static String invitation(SandboxWorld world, Traffic traffic) {
    return """

    Countersign's sandbox is ready: %s
    acme's application is at work (%d queries so far).

    Three things to try:
      1. As Alice, in #incident-acme: /tenant-restore acme to 20 seconds ago because a bad migration
         then press Start, and watch the thread.
      2. When the card asks, press Approve as Alice, as Carol, and then as Bob.
      3. Kill it in the middle (Ctrl-C leaves nothing behind), or press Deny and say why.
    """
        .formatted(world.slack().url(), traffic.ok());
  }

  /** A terminal is for the invitation and the transcript; the bot's own lines are for servers. */
  private static void quiet() {
    for (var name :
        new String[] {
          "org.flywaydb",
          "com.zaxxer",
          "com.azure",
          "com.microsoft",
          "com.github.kagkarlsson",
          "io.helidon",
          "org.jboss.weld",
          "io.countersign"
        }) {
      QuietLoggers.hold(Logger.getLogger(name), Level.WARNING);
    }
  }
}
