package io.countersign.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.runbook.Runbook;
import io.countersign.support.Rehearsal;
import io.countersign.support.Rehearsal.People;
import io.countersign.support.Rehearsal.Played;
import io.countersign.support.Rehearsal.PulledPlug;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Plays a runbook once to learn its points, then once per point with the plug pulled there; the run
 * must end as it did without.
 */
final class EveryPoint {
  private final Rehearsal rehearsal;
  private final Runbook runbook;
  private final People people;
  private final Again again;
  private int stride = 1;

  /** What becomes of the engine that was started after the plug was pulled. */
  enum Again {
    /** It lives. */
    NEVER,
    /** It dies where the run comes to the same point once more, of whatever attempt. */
    AT_THE_SAME,
    /** It dies at the first point it comes to. */
    AT_THE_NEXT
  }

  EveryPoint(Rehearsal rehearsal, Runbook runbook, People people, Again again) {
    this.rehearsal = rehearsal;
    this.runbook = runbook;
    this.people = people;
    this.again = again;
  }

  /** Pulls it at every so many points alone; the whole sweep is another build's. */
  EveryPoint each(int points) {
    stride = points;
    return this;
  }

  /**
   * Pulls the plug at every point.
   *
   * @return how many points there are
   */
  int sweep() {
    return sweepFrom("");
  }

  /** The same from the first point on that begins so: what lies before it is another sweep's. */
  int sweepFrom(String beginning) {
    var undisturbed = rehearsal.play(runbook, people, CrashPoint.NONE);
    return sweep(undisturbed, first(undisturbed.points(), beginning));
  }

  /** The same from where this runbook parts from another, which has a sweep of its own. */
  int sweepFromWhereItParts(Runbook other) {
    var undisturbed = rehearsal.play(runbook, people, CrashPoint.NONE);
    var points = undisturbed.points();
    var others = rehearsal.play(other, people, CrashPoint.NONE).points();
    int same =
        (int)
            IntStream.range(0, Math.min(points.size(), others.size()))
                .takeWhile(it -> points.get(it).equals(others.get(it)))
                .count();
    return sweep(undisturbed, same);
  }

  private int sweep(Played undisturbed, int from) {
    int good = 0;
    int twice = 0;
    for (int at = from; at < undisturbed.points().size(); at += stride) {
      var plug = new Plug(at, again);
      var played = rehearsal.play(runbook, people, plug);
      assertThat(plug.pulled).as("%s was reached", undisturbed.points().get(at)).isPositive();
      requireSame(undisturbed, played, at);
      twice += plug.pulled - 1;
      good++;
    }
    assertThat(rehearsal.doubled()).as("orders carried out twice").isZero();
    assertThat(rehearsal.endedTwice()).as("steps that ended twice").isZero();
    System.out.printf(
        "crash sweep, %s, %s: %d of %d points%s, then %s; pulled again %s: %d%n",
        runbook.name(),
        people,
        good,
        undisturbed.points().size() - from,
        from == 0 ? "" : " (without the first " + from + ")",
        undisturbed.end(),
        again,
        twice);
    return good;
  }

  private static int first(List<String> points, String beginning) {
    return IntStream.range(0, points.size())
        .filter(it -> points.get(it).startsWith(beginning))
        .findFirst()
        .orElseThrow();
  }

  private void requireSame(Played undisturbed, Played played, int at) {
    var where = undisturbed.points().get(at) + ", point " + at + " of " + played.points();
    assertThat(played.end()).as("the end after %s", where).isEqualTo(undisturbed.end());
    assertThat(played.effects()).as("effects after %s", where).isEqualTo(undisturbed.effects());
  }

  /** Throws at one point, and perhaps once more. */
  private static final class Plug implements CrashPoint {
    private final int at;
    private final Again again;
    private int seen;
    private int pulled;
    private String first = "";

    Plug(int at, Again again) {
      this.at = at;
      this.again = again;
    }

    @Override
    public void reached(String where) {
      boolean now =
          switch (pulled) {
            case 0 -> seen == at;
            case 1 -> again == Again.AT_THE_NEXT || isSame(where);
            default -> false;
          };
      seen++;
      if (now) {
        pulled++;
        first = where;
        throw new PulledPlug();
      }
    }

    private boolean isSame(String where) {
      return again == Again.AT_THE_SAME && kind(where).equals(kind(first));
    }

    /** {@code acted copy/2} is {@code acted copy} once more. */
    private static String kind(String where) {
      return where.replaceAll("/\\d+$", "");
    }
  }
}
