package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.Workspace;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One tenant that is restored again and again to the same moment, while bots die around it: one
 * person asks, another decides, and after each run the databases are counted.
 */
final class TenantLife {
  /** Longer than several take-overs in a row. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final Bots bots;
  private final String slug;
  private final String requester;
  private final String approver;
  private final RandomGenerator random;
  private final Set<String> runs = new HashSet<>();
  private int done;
  private int putBack;
  private int asked;

  TenantLife(Bots bots, String slug, RandomGenerator random) {
    this.bots = bots;
    this.slug = slug;
    this.random = random;
    var admins = List.of(Workspace.ALICE, Workspace.BOB, Workspace.DANA);
    int me = Bots.SLUGS.indexOf(slug);
    this.requester = admins.get(me);
    this.approver = admins.get((me + 1) % admins.size());
  }

  Set<String> runs() {
    return Set.copyOf(runs);
  }

  int done() {
    return done;
  }

  int putBack() {
    return putBack;
  }

  /** How often a person had to press Retry. */
  int asked() {
    return asked;
  }

  /** One run from the typed command to the count of what it left. */
  void oneRun() {
    var before = bots.oid(database());
    var run = started();
    runs.add(run);
    boolean deny = random.nextInt(5) == 0;
    untilEnded(run, deny);
    if (ending(run).equals("DONE")) {
      requireSwappedOnce(run, before);
      done++;
    } else {
      assertThat(ending(run))
          .as("only a denial ends a run otherwise: %s", troubles(run))
          .isEqualTo("DENIED");
      requireUntouched(run, before);
      putBack++;
    }
    requireOpen(run);
  }

  private String database() {
    return MedsuiteWorld.databaseOf(slug);
  }

  /** A command or a click that meets a dying bot may be lost: people try again. */
  private String started() {
    var goingOn =
        "SELECT id FROM countersign.run WHERE subject = 'medsuite/" + slug + "' AND ending IS NULL";
    long begun = System.nanoTime();
    while (Bots.since(begun).compareTo(PATIENCE) < 0) {
      var plan = plan();
      if (plan.isPresent()) {
        bots.slack().click(requester, plan.get(), "draft.start");
      }
      if (holds(ANSWER, () -> !bots.own(goingOn).startsWith("("))) {
        return bots.own(goingOn);
      }
    }
    throw new AssertionError("no run of " + slug + " could be started");
  }

  private Optional<Message> plan() {
    int seen = plans().size();
    bots.slack()
        .slash(
            requester,
            Workspace.INCIDENT,
            "/tenant-restore",
            bots.command(slug) + " because chaos");
    return holds(ANSWER, () -> plans().size() > seen)
        ? Optional.of(plans().getLast())
        : Optional.empty();
  }

  private List<Message> plans() {
    return bots.slack().ephemerals(requester).stream()
        .filter(it -> it.hasButton("draft.start"))
        .toList();
  }

  private static boolean holds(Duration patience, Callable<Boolean> what) {
    try {
      await().atMost(patience).pollInterval(Duration.ofMillis(100)).until(what);
      return true;
    } catch (ConditionTimeoutException not) {
      return false;
    }
  }

  /** Votes on every open card, presses Retry where the run asks for it. */
  private void untilEnded(String run, boolean deny) {
    long begun = System.nanoTime();
    while (Bots.since(begun).compareTo(PATIENCE) < 0) {
      if (holds(Duration.ofSeconds(2), () -> !ending(run).equals("null"))) {
        return;
      }
      message(run, deny ? "gate.deny" : "gate.approve").ifPresent(it -> decide(it, deny));
      message(run, "run.retry").ifPresent(this::retry);
    }
    throw new AssertionError(
        "run " + run + " of " + slug + " is lost: " + last(run) + "; " + bots.logs());
  }

  private void decide(Message card, boolean deny) {
    if (!deny) {
      pressed(card, "gate.approve");
      return;
    }
    if (pressed(card, "gate.deny")
        && holds(ANSWER, () -> !bots.slack().views(approver).isEmpty())) {
      var entered = Map.of("reason", Map.of("reason", "chaos says no"));
      bots.slack().submit(approver, entered);
    }
  }

  private void retry(Message root) {
    System.out.println(slug + " asks a person: " + root.text());
    if (pressed(root, "run.retry")) {
      asked++;
    }
  }

  /** A card may have changed between the look and the click. */
  private boolean pressed(Message message, String button) {
    try {
      return bots.slack().click(approver, message, button).isAcknowledged();
    } catch (IllegalStateException gone) {
      return false;
    }
  }

  private Optional<Message> message(String run, String button) {
    return bots.slack().messages(Workspace.INCIDENT).stream()
        .filter(it -> it.hasButton(button) && String.valueOf(it.metadata()).contains(run))
        .findFirst();
  }

  private String ending(String run) {
    return bots.own("SELECT ending FROM countersign.run WHERE id = '" + run + "'");
  }

  private String last(String run) {
    return bots.own(
        "SELECT string_agg(kind || ' ' || coalesce(body ->> 'step', ''), ', ' ORDER BY seq)"
            + " FROM countersign.run_event WHERE run = '"
            + run
            + "'");
  }

  private String troubles(String run) {
    return bots.own(
        "SELECT string_agg(kind || ' ' || body, E'\\n' ORDER BY seq) FROM countersign.run_event"
            + " WHERE kind ~ 'fail|doubt|person|abandon|abort' AND run = '"
            + run
            + "'");
  }

  private String attempts(String run) {
    return " FROM countersign.step_attempt WHERE run = '" + run + "' AND step = 'cutover'";
  }

  /** The catalogue, the journal and the product's audit table all know of one swap. */
  private void requireSwappedOnce(String run, String before) {
    assertThat(bots.oid(database()))
        .as("the live database of %s", run)
        .isEqualTo(bots.own("SELECT min(intent ->> 'restored.oid')" + attempts(run)));
    assertThat(bots.kept(slug)).as("what %s kept", run).isEqualTo(before);
    assertThat(bots.own("SELECT count(*)" + attempts(run) + " AND state = 'DONE'")).isEqualTo("1");
    assertThat(audits(run)).isEqualTo("1");
    assertThat(bots.members(database())).isEqualTo(bots.tenant(slug).members());
    bots.requireNoneBesideKept(slug);
    bots.dropBeside(slug);
  }

  private void requireUntouched(String run, String before) {
    assertThat(bots.oid(database())).as("the live database of %s", run).isEqualTo(before);
    assertThat(bots.kept(slug)).as("nothing was kept").isEqualTo("null");
    assertThat(bots.own("SELECT count(*)" + attempts(run) + " AND state = 'DONE'")).isEqualTo("0");
    assertThat(audits(run)).isEqualTo("0");
  }

  private String audits(String run) {
    return bots.world()
        .one(
            "medsuite",
            "SELECT count(*) FROM identity.tenant_audit WHERE detail ->> 'run' = '" + run + "'");
  }

  /** The tenant is neither frozen nor closed, and nothing half-made lies beside it. */
  private void requireOpen(String run) {
    assertThat(bots.status(slug)).as("status after %s", run).isEqualTo("active");
    assertThat(bots.asApplication(slug, "SHOW default_transaction_read_only")).isEqualTo("off");
    assertThat(bots.world().databases())
        .as("databases after %s", run)
        .filteredOn(it -> it.startsWith(database() + "_"))
        .isEmpty();
  }
}
