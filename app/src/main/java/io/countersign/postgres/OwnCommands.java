package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Attempt;
import io.countersign.action.Visit;
import io.countersign.estate.Login;
import io.countersign.estate.Policies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands of the product's own, as an estate's file names them: no shell, a time-out, nothing
 * of what they print is kept, and of the bot's environment they get no secret.
 */
public final class OwnCommands {
  private final ClientPrograms programs;

  public OwnCommands(ClientPrograms programs) {
    this.programs = programs;
  }

  /**
   * Runs one to its end.
   *
   * @param key where it stands in the estate's file
   * @param argv as filled in
   * @param login which it gets by environment and password file, if it gets one
   * @throws ActionFailed where it cannot be run, fails, or takes too long
   */
  public void run(
      Attempt<?> attempt,
      String doing,
      String key,
      Policies.OwnCommand command,
      List<String> argv,
      @Nullable Login login)
      throws ActionFailed {
    var application = attempt.visit().applicationName();
    var program = Path.of(argv.getFirst());
    if (!Files.isExecutable(program)) {
      throw new ActionFailed(
          new Problem(
              doing,
              program + " cannot be run on the bot's host.",
              "Install it there, or take " + key + " out of the estate's file. Then retry."));
    }
    var call =
        new ClientPrograms.Call(
            program, login, application, argv.subList(1, argv.size()), Map.of());
    long ends = System.nanoTime() + command.timeOut().toNanos();
    try (var home = programs.scratch(application)) {
      programs.run(doing, call, home, attempt.stop(), () -> inTime(ends));
    } catch (TooLong late) {
      throw new ActionFailed(
          new Problem(
              doing,
              "it took longer than " + seconds(command.timeOut()) + " and was killed.",
              "Look at why, or give it more time in the estate's file. Then retry."));
    }
  }

  /** Removes what killed attempts left on the bot's host. */
  public void removeScratch(Visit<?> visit) {
    programs.removeScratch(visit);
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }

  private static void inTime(long ends) {
    if (System.nanoTime() - ends > 0) {
      throw new TooLong();
    }
  }

  private static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
