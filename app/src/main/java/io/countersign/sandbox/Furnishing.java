package io.countersign.sandbox;

import io.countersign.runbook.Arguments;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.time.Duration;

/** What the page shows beyond Slack in this sandbox: commands, roles, a clock that can jump. */
public final class Furnishing {
  private Furnishing() {}

  public static void put(SandboxWorld world, Bot bot) {
    var slack = world.slack();
    slack.addRole(Workspace.PLATFORM_ADMINS, "PLATFORM_ADMIN");
    bot.runbooks()
        .forEach(
            it ->
                it.command()
                    .ifPresent(name -> slack.addCommand(name, it.title(), Arguments.example(it))));
    slack.addSkip("Skip an hour", Duration.ofHours(1), () -> skip(world, bot, "1 hour"));
    slack.addSkip("Skip 7 days", Duration.ofDays(7), () -> skip(world, bot, "7 days"));
    slack.addHint(
        "/tenant-restore acme to 20 seconds ago because a bad migration",
        "shows you a plan first; nothing starts by itself.");
  }

  /** Moves the bot's clock ahead by an interval as PostgreSQL writes it. */
  static void skip(SandboxWorld world, Bot bot, String interval) {
    world.skip(interval);
    bot.timeHasJumped();
  }
}
