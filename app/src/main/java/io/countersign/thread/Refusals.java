package io.countersign.thread;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.gate.GateRow;
import io.countersign.gate.Ruling;
import io.countersign.gate.Ruling.Refusal;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What somebody hears who has voted: what became of it, why, and who can act. */
public final class Refusals {
  private Refusals() {}

  /**
   * @param gate the gate as it was known before the vote, for its roles
   * @param now the database's clock
   */
  public static Line of(Ruling ruling, Optional<GateRow> gate, Instant now) {
    return switch (ruling) {
      case Ruling.Approved(var row) ->
          Line.of(
              "Your approval counts: order "
                  + row.digest().shown()
                  + " is approved and "
                  + (row.cooling(now)
                      ? "begins in "
                          + Texts.duration(row.policy().coolOff().orElseThrow())
                          + "; until then it can be stopped on its card."
                      : "starts now."));
      case Ruling.Counted(var row, int missing) ->
          Line.of(
              "Your approval of order "
                  + row.digest().shown()
                  + " counts; "
                  + Texts.count(missing, "more person is", "more people are")
                  + " needed.");
      case Ruling.Denied(var row) ->
          Line.of(
              "Your denial counts: nothing of order " + row.digest().shown() + " is carried out.");
      case Ruling.Refused(var why, var canAct) -> refused(why, canAct, roles(gate), now);
    };
  }

  private static String roles(Optional<GateRow> gate) {
    return gate.map(
            it -> it.policy().from().stream().map(Role::name).collect(Collectors.joining(" or ")))
        .orElse("approver");
  }

  private static Line refused(Refusal why, Set<Person> canAct, String roles, Instant now) {
    return switch (why) {
      case Refusal.NoSuchGate() ->
          Line.of(
              "I do not know this card, so nothing was counted. Look for the newest card in the"
                  + " run's thread.");
      case Refusal.Decided(var status, var by, var at) -> decided(status, by, at, now);
      case Refusal.Expired(var at) ->
          Line.of("This card expired at ")
              .line(Texts.moment(at, now))
              .text("; nothing was counted. To ask again, start the same run again.");
      case Refusal.Outdated() ->
          Line.of(
              "This card is no longer current, so nothing was counted. The new card, with the"
                  + " difference, is below in the thread.");
      case Refusal.Excluded(var what) ->
          who(
              Line.of(
                  "Only full members of this workspace can countersign, and to Slack you are "
                      + what
                      + "; nothing was counted."),
              canAct);
      case Refusal.Unreadable(var reason) ->
          Line.of(
              "I could not read who is a "
                  + roles
                  + " ("
                  + Texts.clause(reason)
                  + "). Nothing was counted. Try again in 20 s; if it stays so, tell whoever runs"
                  + " this bot.");
      case Refusal.NotInRole(var needed) ->
          who(Line.of("Only a " + needed + " can countersign; nothing was counted."), canAct);
      case Refusal.IsRequester() ->
          who(
              Line.of(
                  "You asked for this run, so somebody else has to countersign it; nothing was"
                      + " counted."),
              canAct);
      case Refusal.Barred() ->
          who(
              Line.of(
                  "You skipped a step of this run, tried one again that was in doubt, or ended it,"
                      + " so somebody else has to countersign it; nothing was counted."),
              canAct);
      case Refusal.NoPlace(var needed) ->
          who(
              Line.of(
                  "Enough people of your role have approved; still needed: "
                      + needed
                      + ". Nothing was counted."),
              canAct);
      case Refusal.VotedBefore(var vote) ->
          who(
              Line.of("You voted on this card at ")
                  .line(Texts.moment(vote.at(), now))
                  .text("; one person counts once."),
              canAct);
      case Refusal.ReasonMissing() ->
          Line.of(
              "A denial needs a reason, so nothing was counted. Press Deny… again and say why.");
      case Refusal.NotTyped(var phrase) ->
          Line.of("To approve this, type ")
              .code(phrase)
              .text(" exactly as it stands here; nothing was counted.");
    };
  }

  private static Line decided(
      GateRow.Status status, Optional<Person> by, Optional<Instant> at, Instant now) {
    var person = by.map(it -> Line.of(" by ").mention(it)).orElse(Line.EMPTY);
    var time = at.map(it -> Line.of(" at ").line(Texts.moment(it, now))).orElse(Line.EMPTY);
    return switch (status) {
      case APPROVED ->
          Line.of("This was approved")
              .line(person)
              .line(time)
              .text("; your click changes nothing.");
      case DENIED ->
          Line.of("This was denied").line(person).line(time).text("; your click changes nothing.");
      case EXPIRED ->
          Line.of("This expired")
              .line(time)
              .text("; nothing was counted. To ask again, start the same run again.");
      case OPEN, CLOSED ->
          Line.of("This card was closed")
              .line(time)
              .text(
                  "; nothing was counted. If something is still asked, a newer card is below in the"
                      + " thread.");
    };
  }

  private static Line who(Line line, Set<Person> canAct) {
    return canAct.isEmpty()
        ? line.text(" I know of nobody else who can at the moment: the role needs another member.")
        : line.text(" Those who can: ").people(canAct).text(".");
  }
}
