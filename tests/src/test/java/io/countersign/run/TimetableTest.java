package io.countersign.run;

import static io.countersign.support.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.estate.Acting;
import io.countersign.estate.DatabaseLookup;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import io.countersign.runbook.Value;
import io.countersign.store.JdbiSchedules;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.SampleEstate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** What is due is started once, held while it cannot be, and closed when it has lost its sense. */
class TimetableTest {
  private static final TenantRef ACME = new TenantRef("medsuite", "acme");
  private static final ServerRef PG_1 = new ServerRef("medsuite", "pg-1");
  private static final DatabaseRef KEPT = new DatabaseRef(PG_1, 16_503, "tenant_acme_pre_pitr");
  private static final DatabaseRef LIVE = new DatabaseRef(PG_1, 24_871, "tenant_acme");

  private final Map<String, DatabaseRef> onTheServer = new HashMap<>();
  private OurDatabase database;
  private Bench bench;
  private JdbiSchedules schedules;
  private RunId maker;

  @BeforeEach
  void aRunHasScheduledADropAndEnded() {
    onTheServer.put(KEPT.name(), KEPT);
    onTheServer.put(LIVE.name(), LIVE);
    database = OurDatabase.fresh();
    bench = new Bench(database);
    schedules = database.get().schedules();
    maker = bench.begun();
    schedule(maker, "keep", KEPT);
    finish(maker);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Schedules.Added schedule(RunId by, String step, DatabaseRef kept) {
    return schedules.add(later(by, step, kept));
  }

  private static Schedules.Later later(RunId by, String step, DatabaseRef kept) {
    return new Schedules.Later(
        by,
        step,
        "sample",
        ACME,
        Map.of("database", new Value.OfDatabase(kept)),
        ALICE,
        "kept for 7 days",
        Duration.ofDays(7));
  }

  private void finish(RunId run) {
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "done")));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
  }

  private Timetable timetable() {
    return new Timetable(
        Map.of("sample", Bench.runbook()),
        Map.of("medsuite", parts()),
        bench.journal,
        schedules,
        () -> RunId.random(RandomGenerator.getDefault()));
  }

  private EstateParts parts() {
    return parts((_, name) -> Optional.ofNullable(onTheServer.get(name)));
  }

  private static EstateParts parts(DatabaseLookup lookup) {
    var estate = SampleEstate.named("medsuite").estate();
    return new EstateParts(
        estate,
        new OneTenant(),
        lookup,
        Mockito.mock(ServerRestorer.class),
        new Catalogue(List.of()));
  }

  private List<RunId> active() {
    return bench.journal.active();
  }

  private String state() {
    return database.one("SELECT state FROM countersign.schedule");
  }

  @Test
  void nothing_starts_before_its_time() {
    timetable().look();
    assertThat(active()).isEmpty();
  }

  @Test
  void what_is_due_is_started_once_however_many_look() {
    database.skip("7 days 1 second");
    timetable().look();
    timetable().look();
    assertThat(active()).hasSize(1);
    assertThat(state()).isEqualTo("RUNNING");
    var spec = bench.state(active().getFirst()).facts().spec();
    assertThat(spec.requester()).isEqualTo(ALICE);
    assertThat(spec.parameters()).containsEntry("database", new Value.OfDatabase(KEPT));
    assertThat(spec.channel()).isEqualTo(bench.state(maker).facts().spec().channel());
  }

  @Test
  void a_process_that_dies_between_the_start_and_its_note_starts_nothing_twice() {
    database.skip("7 days 1 second");
    var due = schedules.due(5).getFirst();
    timetable().look();
    var run = active().getFirst();
    finish(run);
    assertThat(state()).isEqualTo("PENDING");
    // the note of the first start comes late, from a process that was stopped
    schedules.started(due, run);
    assertThat(state()).isEqualTo("PENDING");
    timetable().look();
    assertThat(active()).isEmpty();
  }

  @Test
  void a_run_that_ends_before_its_start_is_noted_leaves_the_row_waiting() {
    database.skip("7 days 1 second");
    var due = schedules.due(5).getFirst();
    var forgetful =
        new Timetable(
            Map.of("sample", Bench.runbook()),
            Map.of("medsuite", parts()),
            bench.journal,
            new Forgetful(schedules),
            () -> RunId.random(RandomGenerator.getDefault()));
    forgetful.look();
    var run = active().getFirst();
    finish(run);
    assertThat(state()).isEqualTo("PENDING");
    timetable().look();
    assertThat(active()).isEmpty();
    assertThat(database.one("SELECT firings FROM countersign.schedule")).isEqualTo("1");
    assertThat(schedules.due(5)).as("asked again in 7 days, not now").isEmpty();
    assertThat(due.firings()).isZero();
  }

  @Test
  void a_run_that_did_not_do_its_work_is_started_again_after_the_same_time() {
    database.skip("7 days 1 second");
    timetable().look();
    finish(active().getFirst());
    database.skip("13 days");
    timetable().look();
    assertThat(active()).isEmpty();
    database.skip("14 days 1 minute");
    timetable().look();
    assertThat(active()).hasSize(1);
  }

  @Test
  void while_another_run_holds_the_tenant_it_waits() {
    database.skip("7 days 1 second");
    var other = bench.begun();
    timetable().look();
    assertThat(active()).containsExactly(other);
    assertThat(database.one("SELECT trouble FROM countersign.schedule"))
        .isEqualTo("held by run " + other);
    finish(other);
    database.skip("7 days 2 minutes");
    timetable().look();
    assertThat(active()).hasSize(1);
  }

  @Test
  void a_database_that_bears_another_oid_or_is_live_again_is_taken_off_the_schedule() {
    database.skip("7 days 1 second");
    onTheServer.put(KEPT.name(), new DatabaseRef(PG_1, 99_999, KEPT.name()));
    timetable().look();
    assertThat(active()).isEmpty();
    assertThat(state()).isEqualTo("CANCELLED");
    assertThat(database.one("SELECT why FROM countersign.schedule")).contains("16503");
  }

  @Test
  void a_drop_of_the_live_database_is_taken_off_the_schedule() {
    database.execute("ALTER TABLE countersign.schedule DISABLE TRIGGER ALL");
    database.execute("UPDATE countersign.schedule SET state = 'CANCELLED', why = 'other test'");
    var second = bench.begun();
    schedule(second, "keep", LIVE);
    finish(second);
    database.skip("7 days 1 minute");
    timetable().look();
    assertThat(active()).isEmpty();
    assertThat(
            database.one("SELECT why FROM countersign.schedule WHERE made_by = '" + second + "'"))
        .isEqualTo("tenant_acme is live");
  }

  @Test
  void a_server_that_does_not_answer_is_asked_again_later() {
    database.skip("7 days 1 second");
    DatabaseLookup silent =
        (_, _) -> {
          throw new DatabaseLookup.ServerUnavailable("I cannot reach the server pg-1.");
        };
    var blind =
        new Timetable(
            Map.of("sample", Bench.runbook()),
            Map.of("medsuite", parts(silent)),
            bench.journal,
            schedules,
            () -> RunId.random(RandomGenerator.getDefault()));
    blind.look();
    assertThat(active()).isEmpty();
    assertThat(state()).isEqualTo("PENDING");
    database.skip("7 days 11 minutes");
    timetable().look();
    assertThat(active()).hasSize(1);
  }

  @Test
  void an_error_that_nobody_foresaw_keeps_nothing_behind_it_from_starting() {
    var second = bench.begun();
    schedules.add(
        new Schedules.Later(
            second, "apart", "sample", ACME, Map.of(), ALICE, "its own", Duration.ofDays(8)));
    finish(second);
    database.skip("9 days");
    DatabaseLookup broken =
        (_, name) -> {
          if (name.equals(KEPT.name())) {
            throw new IllegalStateException("a bug");
          }
          return Optional.ofNullable(onTheServer.get(name));
        };
    new Timetable(
            Map.of("sample", Bench.runbook()),
            Map.of("medsuite", parts(broken)),
            bench.journal,
            schedules,
            () -> RunId.random(RandomGenerator.getDefault()))
        .look();
    assertThat(active()).as("the row that asks no server").hasSize(1);
    assertThat(database.one("SELECT trouble FROM countersign.schedule WHERE state = 'PENDING'"))
        .contains("nobody foresaw (IllegalStateException)");
  }

  @Test
  void the_same_step_schedules_once_and_a_new_cutover_puts_earlier_drops_off() {
    assertThat(schedule(maker, "keep", KEPT).moved()).isZero();
    assertThat(schedules.pending(ACME)).hasSize(1);
    database.skip("6 days");
    var second = bench.begun();
    var added = schedule(second, "keep", LIVE);
    assertThat(added.moved()).isEqualTo(1);
    assertThat(schedules.pending(ACME)).allMatch(it -> it.due().equals(added.due()));
    finish(second);
    database.skip("7 days 1 minute");
    assertThat(schedules.due(5)).isEmpty();
  }

  @Test
  void what_stands_apart_puts_no_other_off() {
    var first = schedules.pending(ACME).getFirst();
    database.skip("6 days");
    var second = bench.begun();

    assertThat(schedules.addApart(later(second, "expire", LIVE)).moved()).isZero();

    assertThat(schedules.pending(ACME)).hasSize(2);
    assertThat(schedules.pending(ACME).getFirst().due()).isEqualTo(first.due());
    finish(second);
  }

  @Test
  void what_is_cancelled_never_starts() {
    var row = schedules.pending(ACME).getFirst();
    assertThat(schedules.cancel(row.id(), "live again")).isTrue();
    assertThat(schedules.cancel(row.id(), "live again")).isFalse();
    database.skip("8 days");
    timetable().look();
    assertThat(active()).isEmpty();
  }

  /** Dies before it notes what it has started. */
  private record Forgetful(Schedules real) implements Schedules {
    @Override
    public Added addApart(Later later) {
      return real.addApart(later);
    }

    @Override
    public Added add(Later later) {
      return real.add(later);
    }

    @Override
    public List<Schedule> pending(TenantRef tenant) {
      return real.pending(tenant);
    }

    @Override
    public List<Schedule> upcoming(int limit) {
      return real.upcoming(limit);
    }

    @Override
    public Optional<Schedule> find(java.util.UUID id) {
      return real.find(id);
    }

    @Override
    public Optional<java.time.Instant> putOff(
        java.util.UUID id, java.time.Instant due, io.countersign.Person by) {
      return real.putOff(id, due, by);
    }

    @Override
    public boolean cancel(java.util.UUID id, String why) {
      return real.cancel(id, why);
    }

    @Override
    public List<Schedule> due(int limit) {
      return real.due(limit);
    }

    @Override
    public void started(Schedule schedule, RunId run) {}

    @Override
    public void postpone(java.util.UUID id, Duration wait, String trouble) {
      real.postpone(id, wait, trouble);
    }
  }

  private static final class OneTenant implements Registry {
    private final Tenant acme =
        new Tenant(ACME, "1", "Acme", "active", "tenant_acme", PG_1, new SecretName("t"));

    @Override
    public List<Tenant> tenants() {
      return List.of(acme);
    }

    @Override
    public Optional<Tenant> tenant(String slug) {
      return slug.equals("acme") ? Optional.of(acme) : Optional.empty();
    }

    @Override
    public Optional<RegisteredServer> server(String name) {
      return Optional.empty();
    }

    @Override
    public boolean setStatus(
        String slug, String expected, String wanted, String reason, Acting by) {
      throw new IllegalStateException(new Problem("a", "b", "c").line());
    }

    @Override
    public void invalidate(Tenant tenant) {}

    @Override
    public void audit(
        Tenant tenant, String action, String actor, String key, Map<String, String> detail) {}
  }
}
