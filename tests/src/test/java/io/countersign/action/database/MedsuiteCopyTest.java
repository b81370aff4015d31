package io.countersign.action.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.countersign.action.Outcome;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.DatabaseCopier;
import io.countersign.postgres.Servers;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.TenantFingerprint;
import io.countersign.support.MadeOnce;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MedsuiteCopyTest {
  @Test
  void a_copied_demo_tenant_has_the_originals_fingerprint() throws Exception {
    var folder = Files.createTempDirectory("countersign-medsuite-copy-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    var world = MadeOnce.in(folder);
    try (var cluster = world.live()) {
      var name = "tenant_acme";
      var tenant =
          new Tenant(
              TwoServers.ACME,
              "1",
              "Acme",
              "active",
              name,
              TwoServers.LIVE,
              new SecretName(MedsuiteEstate.secretOf("acme")));
      // only asked for this tenant; the source is the live server itself
      var registry = mock(Registry.class);
      when(registry.tenant("acme")).thenReturn(Optional.of(tenant));
      var restorer = mock(ServerRestorer.class);
      when(restorer.login(TwoServers.LIVE)).thenReturn(Optional.of(world.botLogin()));
      when(restorer.login(TwoServers.COPY)).thenReturn(Optional.of(world.botLogin()));
      var servers = new Servers(registry, secret -> world.tenantLogin("acme"), restorer);
      var programs =
          new ClientPrograms(List.of(cluster.programs().bin()), folder.resolve("scratch"));
      long oid;
      try (var admin = cluster.admin(name);
          var statement = admin.createStatement();
          var row =
              statement.executeQuery(
                  "SELECT oid FROM pg_database WHERE datname = current_database()")) {
        row.next();
        oid = row.getLong(1);
      }
      var live = new DatabaseRef(TwoServers.LIVE, oid, name);
      var copy =
          new DatabaseCopy(
              servers, programs, new DatabaseCopier(programs, TwoServers.workers(2)), new Random());

      var copied =
          TwoServers.once(
              copy, new DatabaseCopy.In(TwoServers.COPY, live, "restore", null), "copy");

      assertThat(copied).isInstanceOf(Outcome.Done.class);
      var restored = ((Outcome.Done<DatabaseCopy.Out>) copied).outputs().database();
      assertThat(
              TenantFingerprint.differences(
                  TenantFingerprint.of(cluster, name),
                  TenantFingerprint.of(cluster, restored.name())))
          .isEmpty();
      var compare = new DatabaseCompare(servers, registry, TwoServers.shared().estate(), programs);
      var compared =
          TwoServers.once(
              compare, new DatabaseCompare.In(TwoServers.COPY, restored, live), "parity");
      assertThat(compared).isInstanceOf(Outcome.Done.class);
      System.out.println(((Outcome.Done<?>) compared).said());
    } finally {
      remove(folder);
    }
  }

  private static void remove(Path folder) throws java.io.IOException {
    try (var all = Files.walk(folder)) {
      for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
