package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.CAROL;
import static io.countersign.support.Samples.NOON;

import io.countersign.Role;
import io.countersign.gate.Roster;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.support.RestoreStory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What people hear who steer a run, by words in its thread and by buttons. */
final class SteeringMessages {
  private final MessageSheet sheet;

  private SteeringMessages(MessageSheet sheet) {
    this.sheet = sheet;
  }

  static void all(MessageSheet sheet) {
    var drawing = new SteeringMessages(sheet);
    sheet.part("Steering a run");
    drawing.cancelling();
    drawing.needed();
    drawing.skipping();
    drawing.puttingOff();
    drawing.caches();
    drawing.strange();
  }

  private void cancelling() {
    steer("cancelled between steps", new RestoreStory().frozen(), "cancel wrong tenant");
    steer("cancelled in a step", new RestoreStory().copying(), "cancel");
    steer("cancelled after the swap has begun", MessageCases.swapping(), "cancel");
    steer("cancelled in doubt", MessageCases.inDoubt(), "cancel");
    steer("cancelled while it is put back", MessageCases.undoing(), "cancel");
    steer("cancelled where somebody is asked", MessageCases.pastThePoint(), "cancel");
    steer("cancelled where somebody is asked to undo", new RestoreStory().needsYou(), "cancel");
    steer(
        "cancelled twice after the swap has begun",
        MessageCases.swapping().add(new RunEvent.CancelRequested(BOB, "")),
        "cancel");
    steer("cancelled at its end", new RestoreStory().finished(), "cancel");
    pressed(
        "keep it for now",
        it -> it.journal.holds(MessageCases.dropping()),
        Drawing.KEEP,
        "7k2m9qxd");
  }

  private void needed() {
    steer("retry", new RestoreStory().needsYou(), "retry");
    steer("retry of what goes on", new RestoreStory().copying(), "retry");
    steer("leave", new RestoreStory().needsYou(), "leave mended by hand");
    steer("leave of what goes on", new RestoreStory().copying(), "leave");
    steered(
        "retry by somebody without the role",
        it -> {
          it.journal.holds(MessageCases.restore("", new RestoreStory().needsYou()));
          it.roles.put(Role.PLATFORM_ADMIN, DeskMessages.members(0, ALICE, BOB));
        },
        "retry");
    steered(
        "retry by a guest",
        it -> {
          it.journal.holds(MessageCases.restore("", new RestoreStory().needsYou()));
          it.membership = Optional.of(new Roster.Membership.Excluded("a guest"));
        },
        "retry");
  }

  private void skipping() {
    for (var step : List.of("invalidate", "invalidat", "swap", "copy", "")) {
      steer("skip " + step, new RestoreStory().begun(), "skip " + step);
    }
    steer("skip what has begun", started("invalidate"), "skip invalidate");
    steer("skip what is over", started("unfreeze"), "skip invalidate");
    steer("skip at a card", new RestoreStory().atGate(), "skip invalidate");
    steer("skip in doubt", MessageCases.inDoubt(), "skip invalidate");
    steer("skip while it is put back", MessageCases.undoing(), "skip invalidate");
    steer(
        "skip after a cancel",
        new RestoreStory().copying().add(new RunEvent.CancelRequested(ALICE, "")),
        "skip invalidate");
    steer("skip where somebody is asked to undo", new RestoreStory().needsYou(), "skip invalidate");
    steer(
        "skip where somebody is asked about another step",
        new RestoreStory().begun().add(new RunEvent.PersonNeeded("preflight", MessageCases.BROKEN)),
        "skip invalidate");
    steer("skip of what is left out", leftOut(), "skip invalidate");
    steer("skip at its end", new RestoreStory().finished(), "skip invalidate");
    steered(
        "skip where nothing can be",
        it -> {
          it.pinned = Optional.of(RestoreStory.runbook());
          it.journal.holds(MessageCases.restore("", new RestoreStory().begun()));
        },
        "skip audit");
  }

  private static RestoreStory started(String step) {
    var story = new RestoreStory().swapped();
    return step.equals("invalidate")
        ? story.started("invalidate", "tenant.invalidate")
        : story
            .done("invalidate", "tenant.invalidate", Duration.ofSeconds(1), Map.of(), "")
            .started("unfreeze", "tenant.unfreeze");
  }

  private static RestoreStory leftOut() {
    return new RestoreStory().begun().add(new RunEvent.SkipRequested(BOB, "invalidate"));
  }

  private void puttingOff() {
    var key = new HomeDrawing.LaterKey(OnPaper.SCHEDULE.toString(), NOON).text();
    var planned = HomeMessages.later(7, "tenant-drop-old", NOON);
    pressed(
        "put off",
        it -> {
          it.scheduled = Optional.of(planned);
          it.putOff = Optional.of(NOON.plus(Duration.ofDays(7)));
        },
        HomeDrawing.LATER,
        key);
    pressed("put off twice", it -> it.scheduled = Optional.of(planned), HomeDrawing.LATER, key);
    pressed("put off what is gone", _ -> {}, HomeDrawing.LATER, key);
    pressed("put off nothing", _ -> {}, HomeDrawing.LATER, "x");
  }

  private void caches() {
    steer("caches at its end", new RestoreStory().finished(), "tell the caches again");
    var closed = "FATAL: database \"tenant_acme\" is not currently accepting connections";
    steer("a stale pool after the run", new RestoreStory().finished(), closed);
    steer("a stale pool while it goes on", new RestoreStory().copying(), closed);
    steer("caches of what goes on", new RestoreStory().copying(), "caches");
    steered(
        "caches by somebody without the role",
        it -> {
          it.journal.holds(MessageCases.restore("", new RestoreStory().finished()));
          it.roles.put(Role.PLATFORM_ADMIN, DeskMessages.members(0, ALICE, BOB));
        },
        "caches");
    cached("by the button", _ -> {});
    cached("while the registry is away", it -> it.registryIsAway = true);
    cached("of a tenant that is gone", it -> it.tenantIsGone = true);
    cached("too often", it -> it.noticed = 20);
    cached("of an estate that is gone", it -> it.noEstate = true);
    cached("where the product has a restart", it -> it.restart = true);
    cached(
        "a day later",
        it -> {
          var ended = MessageCases.restore("", new RestoreStory().finished());
          it.journal.holds(
              new MessageCases.Case(
                  "", ended.journal(), ended.runbook(), ended.now().plus(Duration.ofHours(25))));
        });
  }

  private void cached(String title, Consumer<OnPaper> world) {
    pressed(
        "caches told again, " + title,
        it -> {
          it.journal.holds(MessageCases.restore("", new RestoreStory().finished()));
          world.accept(it);
        },
        Drawing.CACHES,
        "7k2m9qxd");
  }

  private void strange() {
    pressed("an unknown button", _ -> {}, "no.such", "x");
    pressed("a button without a run", _ -> {}, Drawing.RETRY, "x");
    pressed("a button of no run", _ -> {}, Drawing.RETRY, "7k2m9qxd");
    pressed("a click that fails", it -> it.journal.broken = true, Drawing.RETRY, "7k2m9qxd");
    answer(
        "an unknown form",
        _ -> {},
        new Inbound.Submitted(ALICE, "C0INCIDENT", "1.2", "no.such", "", Map.of()));
    answer(
        "a question that fails",
        it -> it.journal.broken = true,
        new Inbound.Said(ALICE, "C0INCIDENT", "1.2", "1.3", "status", true));
  }

  /** In the thread of a restore in which caches need not be told. */
  private void steer(String title, RestoreStory story, String words) {
    steered(
        title,
        it -> {
          it.pinned = Optional.of(skippable());
          it.journal.holds(MessageCases.restore("", story));
        },
        words);
  }

  static Runbook skippable() {
    var real = RestoreStory.runbook();
    return DeskMessages.with(
        real,
        real.steps().stream()
            .map(
                it ->
                    it.id().equals("invalidate")
                        ? new Step(it.id(), it.action(), it.with(), it.when(), it.gate(), true)
                        : it)
            .toList());
  }

  private void steered(String title, Consumer<OnPaper> world, String words) {
    var who = title.contains("without the role") ? CAROL : ALICE;
    answer(title, world, new Inbound.Said(who, "C0INCIDENT", "1.2", "1.3", words, true));
  }

  private void pressed(String title, Consumer<OnPaper> world, String action, String value) {
    answer(title, world, new Inbound.Clicked(ALICE, "C0INCIDENT", "1.2", action, value, "t"));
  }

  private void answer(String title, Consumer<OnPaper> world, Inbound inbound) {
    sheet.answers(title, world, inbound);
  }
}
