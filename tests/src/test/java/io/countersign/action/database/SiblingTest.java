package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.ACME;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;
import static io.countersign.action.database.TwoServers.begun;
import static io.countersign.action.database.TwoServers.visit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.action.ActionFailed;
import io.countersign.action.Finding;
import io.countersign.action.Outcome;
import io.countersign.action.tenant.EnrolSibling;
import io.countersign.action.tenant.WithdrawSibling;
import io.countersign.estate.Acting;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.SecretName;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A restored backup beside its tenant: what may be enrolled, withdrawn and removed, and what never.
 */
class SiblingTest {
  private static final String RESTORED = "tenant_acme_restore_20261121155200_a1";
  private static final String SLUG = "acme-restore-20261121155200";
  private static final SecretName SECRET =
      new SecretName("tenant-db-acme-20261121155200-7k2m9qxd-1");

  private final TwoServers servers = TwoServers.shared();
  private final Rows registry = new Rows();
  private final List<String> removed = new ArrayList<>();
  private final OwnSecrets secrets =
      new NoOwnSecrets() {
        @Override
        public void remove(SecretName name, String owner) {
          removed.add(name + " of " + owner);
        }
      };

  @BeforeEach
  void restored() throws SQLException {
    servers.tidy();
    servers.execute(
        LIVE, "postgres", "postgres", "CREATE DATABASE " + RESTORED + " OWNER acme_owner");
  }

  @AfterEach
  void tidy() throws SQLException {
    servers.tidy();
  }

  /** The product's table of tenants. */
  private static final class Rows implements Registry {
    private final Map<String, Reference> rows =
        new LinkedHashMap<>(Map.of("acme", new Reference(NAME, new SecretName("tenant-db-acme"))));

    @Override
    public List<Tenant> tenants() {
      return rows.entrySet().stream()
          .map(
              it ->
                  new Tenant(
                      new TenantRef("medsuite", it.getKey()),
                      it.getKey(),
                      it.getKey(),
                      "active",
                      it.getValue().database(),
                      LIVE,
                      it.getValue().secret()))
          .toList();
    }

    @Override
    public Optional<Tenant> tenant(String slug) {
      return tenants().stream().filter(it -> it.ref().slug().equals(slug)).findFirst();
    }

    @Override
    public Optional<RegisteredServer> server(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean setStatus(
        String slug, String expected, String wanted, String reason, Acting by) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean enrol(Sibling sibling, Acting by) {
      return rows.putIfAbsent(sibling.slug(), sibling.reference()) == null;
    }

    @Override
    public boolean withdraw(String slug, Reference reference, Acting by) {
      return rows.remove(slug, reference);
    }

    @Override
    public void endChanges(String prefix, int upTo) {}

    @Override
    public void invalidate(Tenant tenant) {}

    @Override
    public void audit(
        Tenant tenant, String action, String actor, String key, Map<String, String> detail) {}
  }

  private SiblingDrop drop() {
    return new SiblingDrop(servers.servers(), servers.estate(), registry, secrets);
  }

  private SiblingDrop.In in() throws SQLException {
    return new SiblingDrop.In(servers.database(RESTORED), SLUG, SECRET.value());
  }

  private void enrolled() {
    registry.rows.put(SLUG, new Reference(RESTORED, SECRET));
  }

  private boolean stands(String database) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT 1 FROM pg_database WHERE datname = '" + database + "'")
        .isPresent();
  }

  /** Why the order cannot even be made. */
  private String refused(SiblingDrop.In in) throws SQLException {
    var refused =
        catchThrowableOfType(ActionFailed.class, () -> drop().intent(visit(in, "remove", 1)));
    assertThat(refused).isNotNull();
    assertThat(stands(NAME)).isTrue();
    assertThat(stands(RESTORED)).isTrue();
    return refused.problem().happened();
  }

  @Test
  void a_sibling_goes_with_its_row_and_its_sessions_and_is_found_gone() throws Exception {
    enrolled();
    var attempt = begun(drop(), in(), "remove", 1);
    assertThat(drop().probe(attempt)).isInstanceOf(Finding.NotDone.class);
    try (var inside = servers.connect(LIVE, RESTORED, "acme_app")) {
      assertThat(drop().act(attempt)).isInstanceOf(Outcome.Done.class);
      assertThat(inside.isValid(5)).isFalse();
    }

    assertThat(stands(RESTORED)).isFalse();
    assertThat(stands(NAME)).isTrue();
    assertThat(registry.rows).containsOnlyKeys("acme");
    assertThat(removed).containsExactly(SECRET + " of 7k2m9qxd/secret.make");
    assertThat(drop().probe(attempt)).isInstanceOf(Finding.Done.class);
  }

  @Test
  void the_live_database_is_no_sibling_whatever_it_is_called() throws Exception {
    registry.rows.put(SLUG, new Reference(NAME, SECRET));
    var live = servers.database(NAME);

    assertThat(refused(new SiblingDrop.In(live, SLUG, SECRET.value())))
        .contains("the registry names it as the database of medsuite/acme");
    assertThat(refused(new SiblingDrop.In(live, "acme", "tenant-db-acme")))
        .contains("acme is no sibling of acme");
  }

  @Test
  void a_sibling_that_a_tenant_was_led_to_meanwhile_stays() throws Exception {
    enrolled();
    registry.rows.put("acme", new Reference(RESTORED, new SecretName("tenant-db-acme")));
    assertThat(refused(in())).contains("the registry names it as the database of medsuite/acme");

    registry.rows.put("acme", new Reference(NAME, new SecretName("tenant-db-acme")));
    var attempt = begun(drop(), in(), "remove", 1);
    registry.rows.put("acme", new Reference(RESTORED, new SecretName("tenant-db-acme")));
    assertThat(drop().act(attempt)).isInstanceOf(Outcome.Drifted.class);
    assertThat(stands(RESTORED)).isTrue();
    assertThat(registry.rows).containsKey(SLUG);
  }

  @Test
  void a_row_that_leads_elsewhere_now_is_not_withdrawn() throws Exception {
    registry.rows.put(SLUG, new Reference("tenant_other", SECRET));

    assertThat(refused(in())).contains("the registry leads " + SLUG + " to tenant_other");
  }

  @Test
  void another_tenants_sibling_is_not_this_ones_to_remove() throws Exception {
    var in =
        new SiblingDrop.In(
            servers.database(RESTORED), "globex-restore-20261121155200", SECRET.value());

    assertThat(refused(in)).contains("is no sibling of acme");
  }

  @Test
  void a_database_of_another_oid_under_the_name_stays() throws Exception {
    enrolled();
    var other = new DatabaseRef(LIVE, servers.database(RESTORED).oid() + 1, RESTORED);

    assertThat(refused(new SiblingDrop.In(other, SLUG, SECRET.value()))).contains("OID");
  }

  @Test
  void only_what_this_run_restored_is_enrolled_and_withdrawn() throws Exception {
    var enrol = new EnrolSibling(servers.servers(), servers.estate(), registry);
    var live = new EnrolSibling.In(servers.database(NAME), SECRET, "restore");
    assertThat(enrol.act(begun(enrol, live, "enrol", 1)))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.problem().line()).contains("is not a name that this run gives"));

    var withdraw = new WithdrawSibling(servers.estate(), registry);
    for (var slug :
        List.of("acme", "acme-restore-20200101000000", "globex-restore-20261121155200")) {
      var in = new WithdrawSibling.In(slug, servers.database(RESTORED), SECRET);
      assertThat(withdraw.act(begun(withdraw, in, "abort-2", 1)))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it -> assertThat(it.problem().line()).contains("not a sibling that this run names"));
    }
    assertThat(registry.rows).containsOnlyKeys(ACME.slug());
  }

  @Test
  void a_row_that_an_attempt_left_is_taken_back() throws Exception {
    var enrol = new EnrolSibling(servers.servers(), servers.estate(), registry);
    var in = new EnrolSibling.In(servers.database(RESTORED), SECRET, "restore");
    var attempt = begun(enrol, in, "enrol", 1);
    enrolled();

    enrol.clear(attempt);
    enrol.clear(attempt);

    assertThat(registry.rows).containsOnlyKeys("acme");
    assertThat(stands(RESTORED)).isTrue();
  }
}
