package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.action.Visit;
import io.countersign.estate.Acting;
import io.countersign.estate.Login;
import io.countersign.estate.Policies;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands of the product's own, as an estate's file names them: no shell, a time-out, and of
 * the bot's environment they get no secret. What they print is read and forgotten, however much it
 * is; of one with a login, which calls PostgreSQL's programs, messages of a closed list are kept.
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
      Acting by,
      String doing,
      String key,
      Policies.OwnCommand command,
      List<String> argv,
      @Nullable Login login)
      throws ActionFailed {
    if (!canRun(command)) {
      throw new ActionFailed(
          new Problem(
              doing,
              program(command) + " cannot be run on the bot's host.",
              "Install it there, or take " + key + " out of the estate's file. Then retry."));
    }
    var call =
        new ClientPrograms.Call(
            program(command), login, by.session(), argv.subList(1, argv.size()), Map.of());
    long ends = System.nanoTime() + command.timeOut().toNanos();
    by.check().run();
    try (var home = programs.scratch(by.session())) {
      programs.run(
          doing,
          call,
          home,
          new Stop(),
          () -> {
            by.check().run();
            inTime(ends);
          });
    } catch (TooLong late) {
      throw new ActionFailed(
          new Problem(
              doing,
              "it took longer than " + seconds(command.timeOut()) + " and was killed.",
              "Look at why, or give it more time in the estate's file. Then retry."));
    } catch (UncheckedIOException lost) {
      throw new ActionFailed(
          new Problem(
              doing,
              program(command) + " could not be started on the bot's host, or not be watched.",
              "Look whether it is a program for this host, and whether the interpreter that its"
                  + " first line names is there. Then retry."));
    } catch (ActionFailed failed) {
      // whatever stops the bot may have ended its child as well
      by.check().run();
      throw failed;
    }
  }

  /** Whether its program is on this host and may be run by this user. */
  public static boolean canRun(Policies.OwnCommand command) {
    return Files.isRegularFile(program(command)) && Files.isExecutable(program(command));
  }

  private static Path program(Policies.OwnCommand command) {
    return Path.of(command.argv().getFirst());
  }

  /** Ends commands of a step's attempts that outlived their bot. */
  void endLeft(String sessions, int upTo) {
    programs.removeScratch(sessions, upTo);
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
