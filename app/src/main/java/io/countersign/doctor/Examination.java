package io.countersign.doctor;

import io.countersign.estate.Backups;
import io.countersign.estate.Estate;
import io.countersign.run.EstateParts;
import io.countersign.run.Schedules;
import io.countersign.runbook.Runbook;
import io.countersign.server.Estates;
import io.countersign.server.Folders;
import io.countersign.server.Settings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Everything that the bot will need, looked at from where it will run. Nothing is changed, and no
 * result holds a secret.
 */
public final class Examination {
  private static final List<String> SECRETS =
      List.of(
          "SLACK_BOT_TOKEN",
          "SLACK_APP_TOKEN",
          "SLACK_SIGNING_SECRET",
          "COUNTERSIGN_DATABASE_PASSWORD");

  private final Map<String, String> environment;
  private final InstantSource clock;
  private final boolean socket;
  private final Results results = new Results();

  /**
   * @param environment the bot's
   * @param clock of this machine
   * @param socket whether to ask Slack for a socket too
   */
  public Examination(Map<String, String> environment, InstantSource clock, boolean socket) {
    this.environment = Map.copyOf(environment);
    this.clock = clock;
    this.socket = socket;
  }

  /** Runs all checks, in the order in which things are set up. */
  public List<Result> results() {
    try {
      var settings = Settings.of(environment);
      results.fine("settings", "complete");
      var estates = estates(settings);
      var runbooks = runbooks(settings, estates);
      results.addAll(new SlackChecks(settings, clock).look(socket, runbooks));
      results.addAll(new OwnDatabaseChecks(settings, clock).look());
      results.addAll(new AuditChecks(settings).look());
      estates.forEach(it -> results.addAll(new EstateChecks(it, clock).look()));
    } catch (Settings.Refused refused) {
      String.valueOf(refused.getMessage())
          .lines()
          .forEach(it -> results.finding("settings", it, "set it where the bot is started."));
      results.notSeen("everything else", "the settings say where it is");
    }
    return results.list().stream().map(this::withoutSecrets).toList();
  }

  private List<Estate> estates(Settings settings) {
    var what = "estate files";
    try {
      var estates = Folders.estates(settings.estates(), environment);
      results.fine(what, String.join(", ", estates.stream().map(Estate::name).toList()));
      return estates;
    } catch (Folders.Refused refused) {
      problems(what, refused);
      return List.of();
    }
  }

  private Collection<Runbook> runbooks(Settings settings, List<Estate> estates) {
    var what = "runbooks";
    if (estates.isEmpty()) {
      results.notSeen(what, "they name estates");
      return List.of();
    }
    var parts = new TreeMap<String, EstateParts>();
    var scratch = Path.of(System.getProperty("java.io.tmpdir"));
    estates.forEach(
        it ->
            parts.put(
                it.name(),
                Estates.of(
                    it,
                    scratch,
                    new Random(),
                    Examination::noSchedules,
                    Examination::noBackups,
                    _ -> {})));
    try {
      var runbooks = Folders.runbooks(settings.runbooks(), parts);
      results.check(
          !runbooks.isEmpty(),
          what,
          String.join(", ", runbooks.keySet()),
          "There is none in " + settings.runbooks() + ".",
          "copy those you want from the folder runbooks of the distribution.");
      return runbooks.values();
    } catch (Folders.Refused refused) {
      problems(what, refused);
      return List.of();
    }
  }

  /** Nothing is planned by somebody who only looks. */
  private static Schedules noSchedules() {
    throw new IllegalStateException("the doctor changes nothing");
  }

  private static Backups noBackups() {
    throw new IllegalStateException("the doctor changes nothing");
  }

  private void problems(String what, Folders.Refused refused) {
    String.valueOf(refused.getMessage())
        .lines()
        .forEach(it -> results.finding(what, it, "correct the file."));
  }

  /** A last fence: what a setting holds secret stands in no line, whoever put it there. */
  private Result withoutSecrets(Result result) {
    return switch (result) {
      case Result.Fine(var what, var seen) -> new Result.Fine(masked(what), masked(seen));
      case Result.Finding(var what, var wrong, var remedy) ->
          new Result.Finding(masked(what), masked(wrong), masked(remedy));
      case Result.NotSeen(var what, var why) -> new Result.NotSeen(masked(what), masked(why));
    };
  }

  private String masked(String text) {
    var masked = text;
    for (var name : SECRETS) {
      var secret = environment.getOrDefault(name, "");
      if (secret.length() >= 6) {
        masked = masked.replace(secret, "***");
      }
    }
    return masked;
  }
}
