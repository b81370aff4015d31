package io.countersign.estate;

import io.countersign.Problem;
import io.countersign.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Makes a second, quarantined server that stands at a past moment, and removes it. Repeatable
 * throughout: the copy's name is fixed before {@link #begin} and says whose it is, so a restarted
 * bot finds what a dead one began.
 */
public interface ServerRestorer {
  /** The moments a server can be restored to, as far as the service says. */
  Window window(ServerRef source);

  /**
   * Begins the restore unless a copy of this name and run exists already. Returns at once or soon;
   * {@link #look} tells the rest.
   */
  void begin(Copy copy);

  /**
   * How far the copy is. Never blocks for long, never changes anything but what recovery itself
   * needs.
   */
  Progress look(Copy copy);

  /**
   * One visit of whoever waits for the copy: {@link #begin}, unless it is begun, and {@link #look}.
   *
   * @param memo what the visit before asked to be remembered; empty at the first, and where the bot
   *     died before it could be written down
   */
  default Progress visit(Copy copy, String memo) {
    begin(copy);
    return look(copy);
  }

  /**
   * As {@link #visit}, for a copy with the newest data that is kept elsewhere: the server's own
   * region is down. No moment can be chosen; the copy's target is only when it was asked for.
   */
  default Progress visitLatest(Copy copy, String memo) {
    return new Progress.Broken(
        new Problem(
            "making the server copy " + copy.server(),
            "The estate's past lies in folders, and nothing of it is kept in another region.",
            "Use server.restore with a moment."));
  }

  /**
   * What {@link #visitLatest} asks for, as plans show it.
   *
   * @param source as in {@link #plan}
   */
  default List<String> planLatest(String source) {
    return List.of("nothing: the estate's past lies in folders");
  }

  /**
   * What {@link #begin} asks for, as plans show it.
   *
   * @param source the server's name, or what stands for one that is not known yet
   * @param to the moment, likewise
   */
  default List<String> plan(String source, String to) {
    return List.of("make a copy of " + source + " as of " + to);
  }

  /**
   * Where a finished copy listens and how the bot logs in; empty where there is none of that name.
   */
  Optional<Login> login(ServerRef copy);

  /**
   * Removes the copy and everything of it. Nothing happens where it does not exist or was not made
   * by this run.
   */
  void remove(Copy copy);

  /**
   * The copies of an estate's servers that stand, whichever run made them; never a source, and none
   * that is being removed.
   */
  default List<Standing> standing(String estate) {
    return List.of();
  }

  /**
   * A copy that stands.
   *
   * @param run that made it; empty where nothing says so any more
   * @param expires by when it should be gone, where that was written on it
   * @param cost what it costs while it stands, a clause
   * @param remedy a command that removes it
   */
  record Standing(
      String name,
      String source,
      Optional<RunId> run,
      Optional<Instant> expires,
      String cost,
      String remedy) {}

  /**
   * One copy to be made.
   *
   * @param source the server copied; never touched
   * @param server the copy, its name unique for run and attempt
   * @param target the moment, inclusive of commits at it
   */
  record Copy(ServerRef source, ServerRef server, Instant target, RunId run) {}

  /** Earliest and latest moment that can be asked for. */
  record Window(Instant earliest, Instant latest) {
    public boolean contains(Instant moment) {
      return !moment.isBefore(earliest) && !moment.isAfter(latest);
    }
  }

  /** How far a copy is. */
  sealed interface Progress {
    /** Nothing of that name exists. */
    record Absent() implements Progress {}

    /**
     * Being made, or being removed.
     *
     * @param doing a clause for people
     * @param memo given to the next visit
     * @param pause how long nobody need look again; nothing comes of looking earlier
     */
    record Working(String doing, String memo, Duration pause) implements Progress {
      public Working(String doing) {
        this(doing, "", Duration.ZERO);
      }
    }

    /** Up, out of recovery and proved to stand at the target. */
    record Ready(Exactness exactness) implements Progress {}

    /** Will not come. */
    record Broken(Problem problem) implements Progress {}
  }

  /**
   * What proves the moment: the last commit that was replayed lies at or before the target, the
   * next one after it.
   *
   * @param lastCommit empty where the copy holds no commit after its base backup
   * @param nextCommit the first commit left out
   */
  record Exactness(Optional<Instant> lastCommit, Optional<Instant> nextCommit, String statement) {}

  /**
   * The restorer itself cannot work: a folder cannot be read, a program is missing, the source does
   * not answer. Every method may throw it; nothing was destroyed.
   */
  final class RestorerUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;
    private final boolean passing;

    public RestorerUnavailable(Problem problem) {
      this(problem, false);
    }

    /**
     * @param passing whether it may be over at the next look, without anybody's doing
     */
    public RestorerUnavailable(Problem problem, boolean passing) {
      super(problem.line());
      this.problem = problem;
      this.passing = passing;
    }

    public boolean passing() {
      return passing;
    }

    public Problem problem() {
      return problem;
    }
  }
}
