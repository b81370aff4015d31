package io.countersign.server;

import static io.countersign.support.Samples.ACME;
import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.run.EstateParts;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.run.RunState;
import io.countersign.run.Schedules;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import io.countersign.store.Database;
import io.countersign.store.JdbiSchedules;
import io.countersign.support.Bench;
import io.countersign.support.NoRestore;
import io.countersign.support.OurDatabase;
import io.countersign.support.SampleEstate;
import io.countersign.support.Samples;
import io.countersign.support.SomeTenants;
import io.countersign.thread.Announcer;
import io.countersign.thread.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A rehearsal that was planned and did not take place is told, until one has succeeded. */
class DrillWatchTest {
  private static final Runbook DRILL = drill();

  private final OurDatabase database = OurDatabase.fresh();
  private final Bench bench = new Bench(database);
  private final JdbiSchedules schedules = database.get().schedules();
  private final Channel channel = new Channel();
  private SampleEstate estate = SampleEstate.named("medsuite");

  @AfterEach
  void close() {
    database.close();
  }

  private static Runbook drill() {
    var quarterly = Optional.of(new Step.When("again", "quarterly"));
    return new Runbook(
        "tenant-drill",
        "Rehearse",
        List.of("medsuite"),
        Optional.of("/tenant-drill"),
        Role.PLATFORM_ADMIN,
        List.of(),
        List.of(new Step("next", "drill.schedule", Map.of(), quarterly, Optional.empty(), false)),
        List.of(),
        "runbook: tenant-drill");
  }

  private void lookAfter(String time) {
    database.skip(time);
    look(database.get(), "one");
  }

  private void look(Database on, String process) {
    var parts =
        new EstateParts(
            estate.estate(),
            new SomeTenants("medsuite"),
            (_, _) -> Optional.empty(),
            NoRestore.anyMoment(),
            new Catalogue(List.of()));
    new DrillWatch(
            Map.of("medsuite", parts),
            Map.of(DRILL.name(), DRILL),
            new DrillWatch.Past(on.drills(), on.journal(), _ -> DRILL),
            on.tellings(),
            channel,
            process)
        .look();
  }

  private RunSpec spec(String again) {
    var it = Samples.spec(RunId.random(RandomGenerator.getDefault()), DRILL.source());
    return new RunSpec(
        it.id(),
        it.subject(),
        it.tenant(),
        DRILL.name(),
        DRILL.title(),
        it.source(),
        Map.of("again", new Value.Choice(again)),
        it.pinned(),
        ALICE,
        Optional.empty(),
        "C0INCIDENT",
        "",
        bench.journal.now());
  }

  private RunId drilled(String again) {
    var run = bench.begun(spec(again));
    succeed(run);
    return run;
  }

  private RunId over() {
    var run = bench.begun(spec("never"));
    cancel(run);
    return run;
  }

  private RunId failed(String again) {
    var run = bench.begun(spec(again));
    fail(run);
    return run;
  }

  private void succeed(RunId run) {
    bench.advance(run);
    bench.approve(run, BOB);
    bench.advance(run);
    assertThat(bench.state(run).toString()).contains("DONE");
  }

  /** Denied: one of the ways in which a run ends without having done its work. */
  private void fail(RunId run) {
    bench.advance(run);
    bench.deny(run, BOB, "not now");
    end(run);
  }

  private void cancel(RunId run) {
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(BOB, "")));
    end(run);
  }

  private void end(RunId run) {
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
  }

  /** Acme is to be rehearsed in 90 days. What planned that is of no concern here. */
  private Schedules.Schedule planned() {
    plan(over(), ACME.slug());
    return schedules.pending(ACME).getFirst();
  }

  private void plan(RunId by, String slug) {
    schedules.add(
        new Schedules.Later(
            by,
            "next-" + slug,
            DRILL.name(),
            new io.countersign.estate.TenantRef("medsuite", slug),
            Map.of("again", new Value.Choice("quarterly")),
            ALICE,
            "",
            Duration.ofDays(90)));
  }

  private RunId started(Schedules.Schedule row) {
    var spec = spec("quarterly");
    bench.journal.submit(spec, row.draft());
    bench.journal.command(spec.id(), _ -> Optional.of(new RunEvent.Begun()));
    schedules.started(row, spec.id());
    return spec.id();
  }

  @Test
  void one_that_is_due_and_has_not_begun_is_told_once_with_what_keeps_it_and_what_to_do() {
    var row = planned();
    lookAfter("90 days 50 minutes");
    assertThat(channel.said).as("it may still begin by itself").isEmpty();

    schedules.postpone(row.id(), Duration.ofMinutes(1), "held by run 5c9a1b2d");
    lookAfter("90 days 61 minutes");
    lookAfter("90 days 90 minutes");

    assertThat(channel.said)
        .singleElement()
        .asString()
        .startsWith("C0INCIDENT ")
        .contains("acme", "due since", "held by run 5c9a1b2d", "/tenant-drill acme");
  }

  @Test
  void it_is_told_again_a_day_later_and_no_more_once_it_has_begun() {
    var row = planned();
    lookAfter("90 days 2 hours");
    lookAfter("90 days 25 hours");
    assertThat(channel.said).hasSize(1);
    lookAfter("91 days 3 hours");
    assertThat(channel.said).hasSize(2);

    started(row);
    lookAfter("92 days 2 hours");
    assertThat(channel.said).hasSize(2);
  }

  @Test
  void it_is_told_no_more_once_another_has_succeeded() {
    planned();
    lookAfter("90 days 2 hours");
    drilled("never");
    lookAfter("92 days");
    assertThat(channel.said).hasSize(1);
  }

  @Test
  void it_is_told_no_more_once_it_is_put_off_or_cancelled() {
    var row = planned();
    lookAfter("90 days 2 hours");
    assertThat(schedules.putOff(row.id(), row.due(), BOB)).isPresent();
    lookAfter("92 days");
    assertThat(channel.said).hasSize(1);

    lookAfter("182 days");
    assertThat(channel.said).as("due anew").hasSize(2);
    schedules.cancel(row.id(), "nobody wants it");
    lookAfter("184 days");
    assertThat(channel.said).hasSize(2);
  }

  @Test
  void two_bots_tell_it_once() throws Exception {
    planned();
    database.skip("90 days 2 hours");
    try (var other = database.another()) {
      channel.meanwhile = () -> look(other, "two");
      look(database.get(), "one");
      look(other, "two");
    }
    assertThat(channel.said).hasSize(1);
  }

  @Test
  void what_could_not_be_told_is_told_later_and_is_known_to_have_been_tried() {
    planned();
    channel.away.add("C0INCIDENT");
    lookAfter("90 days 2 hours");
    channel.away.clear();
    lookAfter("90 days 3 hours");

    assertThat(channel.said).hasSize(1);
    assertThat(channel.tried).containsExactly(false, true);
  }

  @Test
  void the_estates_own_channel_is_told_and_where_it_has_none_the_one_it_was_planned_in() {
    estate = estate.channel("C0OPERATIONS");
    planned();
    lookAfter("90 days 2 hours");
    estate = SampleEstate.named("medsuite");
    lookAfter("92 days");

    assertThat(channel.said)
        .satisfiesExactly(
            it -> assertThat(it).startsWith("C0OPERATIONS "),
            it -> assertThat(it).startsWith("C0INCIDENT "));
  }

  @Test
  void many_are_told_a_few_at_a_time() {
    var maker = over();
    for (int tenant = 0; tenant < DrillWatch.AT_ONCE + 2; tenant++) {
      plan(maker, "tenant-" + tenant);
    }
    lookAfter("90 days 2 hours");
    assertThat(channel.said).hasSize(DrillWatch.AT_ONCE);
    lookAfter("90 days 3 hours");
    assertThat(channel.said).hasSize(DrillWatch.AT_ONCE + 2).doesNotHaveDuplicates();
  }

  @Test
  void a_channel_in_which_nobody_hears_is_tried_once_a_look() {
    var maker = over();
    plan(maker, "one");
    plan(maker, "another");
    channel.away.add("C0INCIDENT");
    lookAfter("90 days 2 hours");
    assertThat(channel.tried).hasSize(1);
  }

  @Test
  void one_that_has_begun_and_does_not_end_is_told_daily() {
    var row = planned();
    database.skip("90 days 1 minute");
    var run = started(row);
    lookAfter("90 days 20 hours");
    assertThat(channel.said).isEmpty();
    lookAfter("91 days 1 hour");
    lookAfter("92 days 2 hours");

    assertThat(channel.said)
        .hasSize(2)
        .allSatisfy(it -> assertThat(it).contains("has begun and not ended", run.value()));
  }

  @Test
  void one_that_failed_is_told_a_day_later_and_weekly_though_the_next_is_planned() {
    var row = planned();
    database.skip("90 days 1 minute");
    var run = started(row);
    fail(run);
    lookAfter("90 days 5 hours");
    assertThat(channel.said).as("its thread has just told of it").isEmpty();

    lookAfter("91 days 1 hour");
    lookAfter("93 days");
    assertThat(channel.said)
        .singleElement()
        .asString()
        .contains(
            "rehearsal of a restore of acme did not succeed",
            run.value(),
            "By itself the next one begins");
    lookAfter("98 days 2 hours");
    assertThat(channel.said).hasSize(2);

    drilled("never");
    lookAfter("106 days");
    assertThat(channel.said).as("one has succeeded").hasSize(2);
  }

  @Test
  void a_cancelled_run_of_a_plan_is_told_until_the_plan_is_put_off() {
    var row = planned();
    database.skip("90 days 1 minute");
    cancel(started(row));
    lookAfter("91 days 1 hour");
    assertThat(channel.said).singleElement().asString().contains("was cancelled");

    var next = schedules.pending(ACME).getFirst();
    assertThat(schedules.putOff(next.id(), next.due(), BOB)).isPresent();
    lookAfter("99 days");
    assertThat(channel.said).hasSize(1);
  }

  @Test
  void a_plan_that_is_cancelled_is_told_no_more_though_its_last_run_failed() {
    var row = planned();
    database.skip("90 days 1 minute");
    fail(started(row));
    schedules.cancel(row.id(), "nobody wants it");
    lookAfter("92 days");
    assertThat(channel.said).isEmpty();
  }

  @Test
  void one_that_should_have_planned_the_next_and_failed_is_told_weekly() {
    var run = failed("quarterly");
    lookAfter("20 hours");
    assertThat(channel.said).isEmpty();
    lookAfter("25 hours");
    lookAfter("3 days");
    assertThat(channel.said)
        .singleElement()
        .asString()
        .contains(
            "rehearsal of a restore of acme did not succeed", run.value(), "No other is planned");
    lookAfter("8 days 2 hours");
    assertThat(channel.said).hasSize(2);

    drilled("never");
    lookAfter("16 days");
    assertThat(channel.said).hasSize(2);
  }

  @Test
  void where_several_failed_the_newest_is_told_and_after_a_quarter_none() {
    failed("quarterly");
    var newest = failed("quarterly");
    failed("never");
    lookAfter("25 hours");
    assertThat(channel.said).singleElement().asString().contains(newest.value());
    lookAfter("91 days");
    assertThat(channel.said).hasSize(1);
  }

  @Test
  void whoever_asked_for_a_single_one_or_cancelled_his_own_is_not_reminded() {
    failed("never");
    cancel(bench.begun(spec("quarterly")));
    lookAfter("8 days");
    assertThat(channel.said).isEmpty();
  }

  @Test
  void a_failure_while_another_is_planned_is_not_told() {
    planned();
    failed("quarterly");
    lookAfter("8 days");
    assertThat(channel.said).isEmpty();
  }

  @Test
  void what_is_planned_and_is_no_rehearsal_is_left_alone() {
    var maker = over();
    schedules.add(
        new Schedules.Later(
            maker, "keep", "tenant-drop-old", ACME, Map.of(), ALICE, "", Duration.ofDays(7)));
    lookAfter("9 days");
    assertThat(channel.said).isEmpty();
  }

  /** Says what it is told to say, or nothing where nobody hears. */
  private static final class Channel implements Announcer {
    private final List<String> said = new ArrayList<>();
    private final List<Boolean> tried = new ArrayList<>();
    private final Set<String> away = new HashSet<>();
    private Runnable meanwhile = () -> {};

    @Override
    public boolean announce(String to, Line line, String kind, String id, boolean before) {
      tried.add(before);
      meanwhile.run();
      if (away.contains(to)) {
        return false;
      }
      said.add(to + " " + line.plain());
      return true;
    }
  }
}
