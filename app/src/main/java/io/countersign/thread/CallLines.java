package io.countersign.thread;

import io.countersign.gate.Call;
import io.countersign.gate.GateRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What people hear who are called to a gate: in private, and in its thread. */
public final class CallLines {
  private CallLines() {}

  /**
   * A direct message. Votes are cast on the card, so it leads there and carries no button.
   *
   * @param link to the card, where Slack gave one
   * @param closed the run's channel, where no card can stand in it
   */
  public static List<Line> direct(
      Call.Kind kind,
      GateRow row,
      Card card,
      Optional<String> link,
      Optional<Posts.Closed> closed,
      Instant now) {
    var waiting = Texts.duration(Duration.between(row.openedAt(), now));
    var first =
        switch (kind) {
          case OPENED -> card.question();
          case REMINDER -> Line.of("Still waiting, for " + waiting + ": ").line(card.question());
          case ESCALATION ->
              Line.of("Nobody has answered for " + waiting + ", so you are called: ")
                  .line(card.question());
        };
    if (closed.isPresent() && link.isEmpty()) {
      return List.of(first, Unwritten.card(closed.get(), row, now));
    }
    var where =
        link.map(it -> Line.EMPTY.link(it, "Open the card"))
            .orElse(Line.of("The card stands in the run's thread"));
    return List.of(first, where.text(" · order " + row.digest().shown() + " · run " + row.run()));
  }

  /** One line in the thread; that of an escalation is seen by the channel as well. */
  public static Line announced(Call.Kind kind, GateRow row, List<String> called, Instant now) {
    var waiting = Texts.duration(Duration.between(row.openedAt(), now));
    var people = called.stream().map(it -> person(row, it)).toList();
    var whom =
        people.isEmpty()
            ? Line.of("Nobody else could be called: tell somebody who can.")
            : Line.of(
                    kind == Call.Kind.ESCALATION
                        ? "Called once more, directly: "
                        : "Called directly: ")
                .people(people)
                .text(".");
    var still =
        Line.of(
                "Nobody has decided for "
                    + waiting
                    + "; "
                    + Needed.one(row.quorum().open(row.approvers()))
                    + " is needed, on the card in this thread. ")
            .line(whom);
    return switch (row.policy().then()) {
      case ABORT ->
          still
              .text(" If nobody answers by ")
              .line(Texts.moment(row.expiresAt(), now))
              .text(", it is not carried out.");
      case HOLD -> still.text(" If nobody answers, nothing happens and I keep asking.");
    };
  }

  private static io.countersign.Person person(GateRow row, String user) {
    return new io.countersign.Person(row.requester().workspace(), user);
  }
}
