package io.countersign.thread;

import io.countersign.Person;
import io.countersign.run.Decide;
import io.countersign.run.Ending;
import io.countersign.run.Fold;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a run that has ended came to, for whoever reads it without Slack and without the bot: a
 * drill's proof that a restore works, and how long it took against the targets of its runbook. It
 * says no more than the run's thread does.
 *
 * @param facts name and value, in order
 * @param met whether every target was met; empty where the run did not come to its good end
 */
public record ReportView(
    String title,
    String headline,
    List<Fact> facts,
    List<Phase> phases,
    Optional<Boolean> met,
    Optional<Timeline> timeline) {
  /** Parameters that the facts tell by themselves. */
  private static final Set<String> TOLD = Set.of("tenant", "reason");

  /** The target that is the whole run's. */
  public static final String WHOLE = "run";

  public ReportView {
    facts = List.copyOf(facts);
    phases = List.copyOf(phases);
  }

  public record Fact(String name, String value) {}

  /**
   * One step.
   *
   * @param took in words; empty where it did not begin
   * @param target in words; empty where it has none
   * @param said what came of it
   */
  public record Phase(String what, String took, String target, String said) {}

  /** Empty where the run goes on, or its runbook sets no targets. */
  public static Optional<ReportView> of(List<Recorded> journal, Runbook runbook) {
    boolean ended = journal.getLast().event() instanceof RunEvent.Finished;
    return ended && !runbook.targets().isEmpty()
        ? Optional.of(new Reader(journal, runbook).view())
        : Optional.empty();
  }

  private static final class Reader {
    private final List<Recorded> journal;
    private final Runbook runbook;
    private final History history;
    private final RunSpec spec;
    private final Instant began;
    private final Instant ended;

    Reader(List<Recorded> journal, Runbook runbook) {
      this.journal = journal;
      this.runbook = runbook;
      this.history = new History(journal);
      this.spec = Fold.of(journal).facts().spec();
      this.began = journal.getFirst().at();
      this.ended = journal.getLast().at();
    }

    ReportView view() {
      var own = Decide.partOf(runbook, spec);
      return new ReportView(
          spec.title() + ": " + spec.tenant() + ", run " + spec.id(),
          RunView.of(journal, runbook, Optional.empty(), List.of(), Usual.NONE, ended)
              .headline()
              .plain(),
          facts(),
          own.steps().stream().map(this::phase).toList(),
          met(own.steps()),
          Timeline.of(journal, runbook));
    }

    private List<Fact> facts() {
      var facts = new ArrayList<Fact>();
      facts.add(new Fact("tenant", spec.tenant().toString()));
      facts.add(
          new Fact(
              "asked by",
              spec.schedule().map(it -> "the schedule " + it + " of ").orElse("")
                  + who(spec.requester())));
      if (!spec.reason().isBlank()) {
        facts.add(new Fact("why", spec.reason()));
      }
      new TreeMap<>(spec.parameters())
          .forEach(
              (name, value) -> {
                if (!TOLD.contains(name)) {
                  facts.add(new Fact(name, shown(value)));
                }
              });
      facts.add(new Fact("from", second(began)));
      facts.add(new Fact("until", second(ended)));
      facts.add(new Fact("altogether", against(Duration.between(began, ended), WHOLE)));
      approvals().forEach(facts::add);
      facts.add(new Fact("runbook", spec.runbook() + ", SHA-256 " + spec.runbookDigest()));
      return facts;
    }

    private List<Fact> approvals() {
      return journal.stream()
          .filter(it -> it.event() instanceof RunEvent.GateApproved)
          .map(
              it -> {
                var approved = (RunEvent.GateApproved) it.event();
                var people =
                    approved.by().stream().map(Reader::who).collect(Collectors.joining(" and "));
                return new Fact(
                    "step " + approved.step() + " countersigned by",
                    people + " at " + second(it.at()));
              })
          .toList();
    }

    private static String shown(Value value) {
      return value instanceof Value.Span(var length) ? Texts.duration(length) : value.shown();
    }

    private static String who(Person person) {
      return "Slack user " + person.user();
    }

    private Phase phase(Step step) {
      var words = Texts.phrase(step, spec.tenant().slug()).toDo();
      var track = history.of(step.id());
      return new Phase(
          words,
          track.map(it -> took(it)).orElse(""),
          Optional.ofNullable(runbook.targets().get(step.id())).map(Texts::duration).orElse(""),
          track.map(it -> Texts.told(it.said()).plain()).orElse("did not begin"));
    }

    private static String took(History.Track track) {
      return track.reached() == History.Reached.SKIPPED ? "" : Texts.duration(track.took());
    }

    private Optional<Boolean> met(List<Step> steps) {
      if (!journal.getLast().event().equals(new RunEvent.Finished(Ending.DONE))) {
        return Optional.empty();
      }
      return Optional.of(
          isMet(WHOLE, Duration.between(began, ended))
              && steps.stream()
                  .filter(it -> history.isDone(it.id()))
                  .allMatch(it -> isMet(it.id(), history.of(it.id()).orElseThrow().took())));
    }

    private boolean isMet(String of, Duration took) {
      var target = runbook.targets().get(of);
      return target == null || took.compareTo(target) <= 0;
    }

    private String against(Duration took, String of) {
      var target = runbook.targets().get(of);
      return Texts.duration(took)
          + (target == null ? "" : "; the target is " + Texts.duration(target));
    }

    private static String second(Instant moment) {
      return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }
  }
}
