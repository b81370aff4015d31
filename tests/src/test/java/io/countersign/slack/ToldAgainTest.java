package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.audit.Verification;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.Tenant;
import io.countersign.run.EstateParts;
import io.countersign.run.RunSpec;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.server.AuditBundles;
import io.countersign.server.Authored;
import io.countersign.support.NoRestore;
import io.countersign.support.SampleEstate;
import io.countersign.support.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** After a run, whoever may start its like has the caches told again; its record says who did. */
class ToldAgainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final EdgeRig rig =
      EdgeRig.of(Transport.HTTP, ToldAgainTest::estates, List.of(EdgeRig.runbook()));
  private final SlackDriver people = rig.slack.driver();
  private RunId run;
  private Connection product;

  private static List<EstateParts> estates(EdgeRig rig) {
    var acme =
        new Tenant(
            Samples.ACME,
            "17",
            "Acme",
            "active",
            "tenant_acme",
            new ServerRef("medsuite", "pg-1"),
            new SecretName("tenant-db-acme"));
    var registry =
        OnPaper.fake(
            Registry.class,
            Map.of(
                "tenants",
                _ -> List.of(acme),
                "tenant",
                _ -> Optional.of(acme),
                "invalidate",
                _ -> rig.database.one("SELECT pg_notify('tenant.status.changed', '17')")));
    return List.of(
        new EstateParts(
            SampleEstate.named("medsuite").estate(),
            registry,
            (_, _) -> Optional.empty(),
            NoRestore.anyMoment(),
            rig.bench.actions.catalogue()));
  }

  @BeforeEach
  void aRunHasEndedAndTheProductListens() throws SQLException {
    product = rig.database.sql();
    try (var listen = product.createStatement()) {
      listen.execute("LISTEN \"tenant.status.changed\"");
    }
    run = rig.bench.begun(spec());
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              rig.poke();
              return rig.database.get().posts().root(run).isPresent();
            });
  }

  @AfterEach
  void stop() throws SQLException {
    product.close();
    rig.close();
  }

  private RunSpec spec() {
    var it = Samples.spec(RunId.random(RandomGenerator.getDefault()), EdgeRig.runbook().source());
    return new RunSpec(
        it.id(),
        it.subject(),
        it.tenant(),
        it.runbook(),
        it.title(),
        it.source(),
        it.parameters(),
        it.pinned(),
        Samples.ALICE,
        Optional.empty(),
        INCIDENT,
        "",
        rig.bench.journal.now());
  }

  private void ends() {
    rig.bench.advance(run);
    rig.bench.approve(run, Samples.BOB);
    rig.bench.advance(run);
    assertThat(rig.bench.kinds(run)).endsWith("Finished");
  }

  private String root() {
    return rig.database.get().posts().root(run).orElseThrow().ts();
  }

  private String asks(String person, String words) {
    int seen = people.ephemerals(person).size();
    people.say(person, INCIDENT, root(), "<@" + rig.slack.workspace().botUserId() + "> " + words);
    assertThat(people.await(_ -> people.ephemerals(person).size() > seen, PATIENCE)).isTrue();
    return people.ephemerals(person).getLast().rendered();
  }

  /** A round trip brings whatever the server has sent before it. */
  private int notified() throws SQLException {
    try (var look = product.createStatement()) {
      look.execute("SELECT 1");
    }
    var told = product.unwrap(PGConnection.class).getNotifications();
    return told == null ? 0 : told.length;
  }

  private String written() {
    return rig.database.one(
        "SELECT count(*) || ' ' || coalesce(min(split_part(person, '/', 2) || ' ' || door), '')"
            + " FROM countersign.notice");
  }

  @Test
  void the_product_is_notified_and_the_thread_and_the_record_say_by_whom() throws Exception {
    ends();
    assertThat(asks(CAROL, "tell the caches again")).contains("Only a PLATFORM_ADMIN");
    assertThat(notified()).isZero();
    assertThat(written()).isEqualTo("0 ");

    assertThat(asks(BOB, "tell the caches again"))
        .contains("Every process was told again that acme changed", "has to be restarted");

    assertThat(notified()).isEqualTo(1);
    assertThat(written()).isEqualTo("1 " + BOB + " mention");
    rig.poke();
    assertThat(
            people.await(
                it ->
                    it.replies(INCIDENT, root()).stream()
                        .anyMatch(
                            line ->
                                line.rendered().contains("had every process told again that acme")),
                PATIENCE))
        .isTrue();
    var bundle =
        new AuditBundles(rig.database.get(), _ -> Authored.actions()).of(run).orElseThrow();
    assertThat(bundle.findings()).isEmpty();
    assertThat(bundle.json()).contains("\"notice\"", BOB);
    assertThat(bundle.page()).contains("the caches were told again, as");
  }

  @Test
  void whoever_brings_the_error_of_a_stale_pool_is_handed_the_button() throws Exception {
    ends();
    asks(BOB, "we get: database \"tenant_acme\" is not currently accepting connections");
    var answer = people.ephemerals(BOB).getLast();
    int seen = people.ephemerals(BOB).size();

    people.click(BOB, answer, Drawing.CACHES);

    assertThat(people.await(_ -> people.ephemerals(BOB).size() > seen, PATIENCE)).isTrue();
    assertThat(people.ephemerals(BOB).getLast().rendered()).contains("was told again that acme");
    assertThat(notified()).isEqualTo(1);
    assertThat(written()).isEqualTo("1 " + BOB + " button");
  }

  @Test
  void what_is_planted_into_the_record_is_found() {
    ends();
    asks(BOB, "caches");
    assertThat(rig.database.get().audit().look(Verification::of).findings()).isEmpty();
    rig.database.execute(
        "SET session_replication_role = replica; UPDATE countersign.notice SET person = 'T/U'");
    assertThat(rig.database.get().audit().look(Verification::of).findings()).isNotEmpty();
  }

  @Test
  void a_request_that_comes_again_is_told_once_and_another_anew() throws Exception {
    ends();
    asks(BOB, "caches");
    assertThat(notified()).isEqualTo(1);
    var delivery =
        people.deliveries().stream()
            .filter(it -> it.kind().equals("app_mention"))
            .toList()
            .getLast();
    assertThat(people.redeliver(delivery).isAcknowledged()).isTrue();
    // its process died before it could say that it had handled it
    rig.database.execute(
        "UPDATE countersign.request SET handled_at = NULL, given_at = given_at - interval '1 hour'"
            + " WHERE kind = 'said'");
    var again = rig.replica();
    int seen = people.ephemerals(BOB).size();
    again.retryUnhandled();
    assertThat(people.await(_ -> people.ephemerals(BOB).size() > seen, PATIENCE)).isTrue();
    again.close();
    assertThat(notified()).isZero();
    assertThat(written()).startsWith("1 ");

    asks(BOB, "caches");
    assertThat(notified()).isEqualTo(1);
    assertThat(written()).startsWith("2 ");
  }

  @Test
  void before_its_end_and_a_day_after_it_nobody_is_told() throws Exception {
    assertThat(asks(ALICE, "caches")).contains("has not ended");
    ends();
    rig.database.skip("25 hours");
    assertThat(asks(ALICE, "caches")).contains("more than 24 hours ago", "has to be restarted");
    assertThat(notified()).isZero();
    assertThat(written()).isEqualTo("0 ");
  }

  @Test
  void what_has_not_helped_twenty_times_is_not_done_again() throws Exception {
    ends();
    for (int one = 0; one < 20; one++) {
      rig.database.get().notices().given(run, Samples.BOB, "request-" + one, "button");
    }
    assertThat(asks(BOB, "caches")).contains("told 20 times");
    assertThat(notified()).isZero();
  }
}
