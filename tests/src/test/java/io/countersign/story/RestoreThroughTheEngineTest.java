package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Stop;
import io.countersign.gate.Ballot;
import io.countersign.gate.Gates;
import io.countersign.gate.Ruling;
import io.countersign.run.CrashPoint;
import io.countersign.run.Desk;
import io.countersign.run.Ending;
import io.countersign.run.Fold;
import io.countersign.run.FrontDesk;
import io.countersign.run.RunEngine;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.runbook.Value;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.Samples;
import io.countersign.support.TestWorld;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The shipped runbook with real databases, driven by hand. */
class RestoreThroughTheEngineTest {
  @Test
  void a_tenant_goes_back_to_a_prior_moment() throws Exception {
    try (var world = TestWorld.create();
        var database = OurDatabase.fresh()) {
      var parts = world.parts();
      var runbooks = TestWorld.runbooks(parts);
      var journal = database.get().journal();
      var gates = database.get().gates();
      var desk =
          new FrontDesk(
              runbooks,
              Map.of("medsuite", parts),
              Bench.roster(),
              journal,
              database.get().drafts(),
              () -> io.countersign.RunId.random(RandomGenerator.getDefault()));
      var engine =
          new RunEngine(
              journal,
              gates,
              _ -> parts.actions(),
              spec -> Optional.ofNullable(runbooks.get(spec.runbook())).orElseThrow(),
              () -> UUID.randomUUID().toString(),
              CrashPoint.NONE);

      var before = world.one("tenant_acme", "SELECT count(*) FROM members.member");
      world.execute("postgres", "SELECT pg_sleep(1.1)");
      var target =
          Instant.parse(
              world.one(
                  "postgres",
                  "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                      + " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
      world.execute("postgres", "SELECT pg_sleep(1.1)");
      world.execute(
          "tenant_acme",
          "DELETE FROM members.claim; DELETE FROM members.address; DELETE FROM members.member WHERE"
              + " id % 2 = 0");
      assertThat(world.one("tenant_acme", "SELECT count(*) FROM members.member"))
          .isNotEqualTo(before);

      var proposed =
          desk.propose(
              new Desk.Ask(
                  Samples.ALICE,
                  "C0INCIDENT",
                  "tenant-restore",
                  "acme",
                  Map.of("to", new Value.Moment(target)),
                  "bad migration"));
      assertThat(proposed).as(proposed.toString()).isInstanceOf(Desk.Proposed.Planned.class);
      var draft = ((Desk.Proposed.Planned) proposed).draft();
      var started = desk.start(draft.id(), Samples.ALICE);
      var run = ((Desk.Started.Accepted) started).run();
      journal.command(run, _ -> Optional.of(new RunEvent.Begun()));

      settle(engine, run, database);
      var state = Fold.of(journal.read(run));
      assertThat(state).as(told(database, run)).isInstanceOf(RunState.AtGate.class);
      var gate = gates.of(run).getLast();
      System.out.println(gate.order());
      var ruling =
          new Gates(gates, Bench.roster())
              .decide(
                  new Ballot(
                      gate.id(),
                      Samples.BOB,
                      Ballot.Choice.APPROVE,
                      gate.digest(),
                      gate.nonce(),
                      "",
                      "button"));
      assertThat(ruling).isInstanceOf(Ruling.Approved.class);
      settle(engine, run, database);
      System.out.println(told(database, run));
      assertThat(Fold.of(journal.read(run)))
          .as(told(database, run))
          .isInstanceOfSatisfying(
              RunState.Ended.class, it -> assertThat(it.ending()).isEqualTo(Ending.DONE));
      assertThat(world.one("tenant_acme", "SELECT count(*) FROM members.member")).isEqualTo(before);
      assertThat(
              database.one(
                  "SELECT count(DISTINCT intent ->> 'server') || ' for ' || count(*) FROM"
                      + " countersign.step_attempt WHERE action IN ('database.copy',"
                      + " 'database.swap')"))
          .as("one name for the server, or the guard on OIDs compares nothing")
          .isEqualTo("1 for 2");
    }
  }

  private static void settle(RunEngine engine, io.countersign.RunId run, OurDatabase database) {
    while (true) {
      var next = engine.advance(run, new Stop());
      if (!(next instanceof RunEngine.Next.In(Duration delay, _))) {
        return;
      }
      if (delay.compareTo(Duration.ofMinutes(2)) > 0) {
        return;
      }
      database.execute("SELECT pg_sleep(" + Math.max(0, delay.toMillis()) / 1000.0 + ")");
    }
  }

  private static String told(OurDatabase database, io.countersign.RunId run) {
    var told = new StringBuilder();
    database
        .get()
        .journal()
        .read(run)
        .forEach(
            it ->
                told.append(it.at())
                    .append(' ')
                    .append(it.event().toString().lines().findFirst().orElse(""))
                    .append('\n'));
    return told.toString();
  }
}
