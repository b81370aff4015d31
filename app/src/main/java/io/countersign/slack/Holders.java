package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.run.Desk;
import io.countersign.run.Desk.Refusal;
import io.countersign.run.Journal;
import io.countersign.run.RunEvent;
import io.countersign.run.Runbooks;
import io.countersign.thread.Line;
import io.countersign.thread.Posts;
import io.countersign.thread.RunView;
import java.util.List;
import java.util.Optional;

/** Refusals of the desk for people; a held subject with a link to the thread of its holder. */
final class Holders {
  private final Journal journal;
  private final Runbooks runbooks;
  private final Posts posts;
  private final SlackApi slack;

  Holders(Journal journal, Runbooks runbooks, Posts posts, SlackApi slack) {
    this.journal = journal;
    this.runbooks = runbooks;
    this.posts = posts;
    this.slack = slack;
  }

  Line refusal(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Because(var sentence) -> Line.of(sentence);
      case Refusal.OtherTenant(var sentence, _) -> Line.of(sentence);
      case Refusal.ABackupInstead(var sentence, _, _) -> Line.of(sentence);
      case Refusal.NotInRole(var role, var people) ->
          people.isEmpty()
              ? Line.of(
                  "Only a "
                      + role
                      + " can start this, and I know of nobody who is; nothing was started. Whoever"
                      + " runs this bot can add somebody to the role.")
              : Line.of("Only a " + role + " can start this; nothing was started. Those who can: ")
                  .people(people)
                  .text(".");
      case Refusal.Held(var holder) -> held(holder);
    };
  }

  private Line held(RunId holder) {
    var line = Line.of("Nothing was started: held by run " + holder);
    var events = journal.read(holder);
    if (events.isEmpty() || !(events.getFirst().event() instanceof RunEvent.Requested(var spec))) {
      return line.text(".");
    }
    var view =
        RunView.of(
            events,
            runbooks.of(spec),
            journal.progress(holder),
            List.of(),
            Usuals.of(journal, spec),
            journal.now());
    line =
        line.text(" (" + spec.runbook() + " for " + spec.tenant() + ", asked by ")
            .mention(spec.requester())
            .text("). ")
            .line(view.headline())
            .text(" Wait for its end, or ask in its thread to cancel it.");
    var link = link(holder);
    return link.isPresent() ? line.text(" ").link(link.get(), "Its thread") : line;
  }

  /** What the desk has answered, with who could do what was refused. */
  static Line told(Desk.Told told) {
    var line = Line.of(told.sentence());
    return told.can().isEmpty() ? line : line.text(" Those who can: ").people(told.can()).text(".");
  }

  Optional<String> link(RunId run) {
    return posts.root(run).flatMap(it -> slack.permalink(it.channel(), it.ts()).got());
  }
}
