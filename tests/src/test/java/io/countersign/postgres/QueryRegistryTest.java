package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.countersign.action.Outcome;
import io.countersign.action.TestAttempt;
import io.countersign.action.tenant.AuditTenant;
import io.countersign.action.tenant.InvalidateTenant;
import io.countersign.estate.Acting;
import io.countersign.estate.Registry.RegistryUnavailable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class QueryRegistryTest {
  private static final Acting BY = new Acting("cs/7k2m9qxd/freeze/1", () -> {}, () -> {});
  private final OneServer server = OneServer.shared();
  private final QueryRegistry registry =
      new QueryRegistry(server.estate(Duration.ZERO), server.secrets());

  @AfterEach
  void reset() throws Exception {
    server.execute("registry", "bot", "UPDATE tenant SET status = 'active'; TRUNCATE tenant_audit");
  }

  @Test
  void tenantsAndServersAreRead() {
    var acme = registry.tenant("acme").orElseThrow();
    assertThat(acme.database()).isEqualTo("tenant_acme");
    assertThat(acme.server()).isEqualTo(OneServer.SERVER);
    assertThat(registry.tenants()).containsExactly(acme);
    assertThat(registry.server("pg-1").orElseThrow().host()).isEqualTo("127.0.0.1");
    assertThat(registry.tenant("nobody")).isEmpty();
    assertThat(registry.server("pg-9")).isEmpty();
  }

  @Test
  void aStatusIsSetByCompareAndSet() {
    assertThat(registry.setStatus("acme", "active", "read_only", "why", BY)).isTrue();
    assertThat(registry.setStatus("acme", "active", "suspended", "why", BY)).isFalse();
    assertThat(registry.tenant("acme").orElseThrow().status()).isEqualTo("read_only");
  }

  @Test
  void anErrorWithARowInItsDetailNeverShowsTheRow() {
    var error = catchThrowable(() -> registry.setStatus("acme", "active", "nonsense", "why", BY));
    assertThat(error).isInstanceOf(RegistryUnavailable.class);
    var trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).contains("23514").doesNotContain("Canary");
  }

  @Test
  void anAuditRowIsWrittenOnceForARunAndStep() throws Exception {
    var audit = new AuditTenant(server.estate(Duration.ZERO), registry);
    var inputs =
        new AuditTenant.Inputs("TENANT_PITR_RESTORED", Instant.parse("2026-11-21T12:30:00Z"), null);
    assertThat(TestAttempt.once(audit, inputs, "audit")).isInstanceOf(Outcome.Done.class);
    assertThat(TestAttempt.once(audit, inputs, "audit")).isInstanceOf(Outcome.Done.class);
    var rows = "SELECT count(*) || min(key) || min(detail ->> 'to') FROM public.tenant_audit";
    assertThat(server.ask("registry", rows)).contains("17k2m9qxd/audit2026-11-21T12:30:00Z");
  }

  @Test
  void everyProcessIsTold() throws Exception {
    try (var listener = server.connect("registry", "bot")) {
      OneServer.ask(listener, "LISTEN \"tenant.status.changed\"; SELECT 1");
      var invalidate = new InvalidateTenant(server.estate(Duration.ZERO), registry);
      assertThat(TestAttempt.once(invalidate, new InvalidateTenant.Inputs(), "invalidate"))
          .isInstanceOf(Outcome.Done.class);
      var told = listener.unwrap(PGConnection.class).getNotifications(5_000);
      assertThat(told).hasSize(1);
      assertThat(told[0].getParameter()).isEqualTo("11111111-2222-3333-4444-555555555555");
    }
  }

  @Test
  void aMissingSecretIsSaidWithoutReachingTheServer() {
    var without =
        new QueryRegistry(
            server.estate(Duration.ZERO),
            name -> {
              throw new io.countersign.estate.SecretStore.SecretUnavailable(
                  new io.countersign.Problem("reading the secret " + name, "gone.", "Create it."));
            });
    assertThat(catchThrowable(() -> without.tenants()))
        .isInstanceOf(RegistryUnavailable.class)
        .hasMessageContaining("Create it.");
  }
}
