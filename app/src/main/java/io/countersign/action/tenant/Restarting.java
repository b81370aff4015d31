package io.countersign.action.tenant;

import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Visit;
import io.countersign.estate.Estate;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.OwnCommands;
import java.util.Optional;

/** The estate's command that restarts the product; it gets no login of the bot's. */
final class Restarting {
  private final Estate estate;
  private final OwnCommands commands;

  Restarting(Estate estate, ClientPrograms programs) {
    this.estate = estate;
    this.commands = new OwnCommands(programs);
  }

  /** As a plan says it; empty where the estate has none. */
  Optional<String> planned() {
    return estate
        .policies()
        .restart()
        .map(
            it ->
                String.join(" ", it.filled("<tenant>"))
                    + " # at most "
                    + it.timeOut().toSeconds()
                    + " s");
  }

  String command(Visit<?> visit) {
    return estate
        .policies()
        .restart()
        .map(it -> String.join(" ", it.filled(visit.tenant().slug())))
        .orElse(RestartProduct.NONE);
  }

  /**
   * Runs it.
   *
   * @return false where the estate has none
   * @throws ActionFailed where it cannot be run, fails, or takes too long
   */
  boolean restart(Attempt<?> attempt) throws ActionFailed {
    var command = estate.policies().restart();
    attempt.stop().check();
    if (command.isEmpty()) {
      return false;
    }
    attempt.fence();
    commands.run(
        attempt.acting(),
        "restarting the product " + estate.name(),
        "restart",
        command.get(),
        command.get().filled(attempt.visit().tenant().slug()),
        null);
    return true;
  }

  void clear(Attempt<?> attempt) {
    commands.removeScratch(attempt.visit());
  }
}
