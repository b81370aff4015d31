package io.countersign.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.Registry;
import io.countersign.estate.ServerRestorer;
import io.countersign.support.SomeTenants;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TenantIndexTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final List<String> MEDSUITE = List.of("medsuite");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-04-22T12:00:00Z"));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SomeTenants registry =
      new SomeTenants("medsuite")
          .with("acme", "Acme Health")
          .with("acme-2", "Second Acme")
          .with("north-clinic", "Clinica del Norte")
          .with("globex", "Globex");
  private final TenantIndex index =
      new TenantIndex(
          Map.of(
              "medsuite", registry.estate(new ServerRestorer.Window(Instant.EPOCH, Instant.MAX))),
          now::get,
          threads);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private List<String> like(String typed) {
    assertThat(index.await(MEDSUITE, PATIENCE)).isTrue();
    return index.like(MEDSUITE, typed, 10).stream().map(it -> it.ref().slug()).toList();
  }

  @Test
  void the_best_fit_comes_first() {
    assertThat(like("acme")).containsExactly("acme", "acme-2");
    assertThat(like("ACME-")).containsExactly("acme-2");
    assertThat(like("norte")).containsExactly("north-clinic");
    assertThat(like("lini")).containsExactly("north-clinic");
    assertThat(like("")).containsExactly("acme", "acme-2", "globex", "north-clinic");
    assertThat(like("medsuite/glo")).containsExactly("globex");
    assertThat(like("vigia/glo")).isEmpty();
  }

  @Test
  void what_is_misspelt_is_found_where_nothing_fits() {
    assertThat(like("gobex")).containsExactly("globex");
    assertThat(like("zzzzz")).isEmpty();
  }

  @Test
  void a_tenant_is_known_by_its_whole_name_alone() {
    assertThat(like("")).isNotEmpty();
    assertThat(index.known(MEDSUITE, "acme")).isPresent();
    assertThat(index.known(MEDSUITE, "medsuite/acme")).isPresent();
    assertThat(index.known(MEDSUITE, "vigia/acme")).isEmpty();
    assertThat(index.known(MEDSUITE, "acm")).isEmpty();
  }

  @Test
  void where_a_server_can_be_restored_to_is_read_along() {
    assertThat(like("")).isNotEmpty();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> index.earliest(SomeTenants.SERVER).equals(java.util.Optional.of(Instant.EPOCH)));
  }

  @Test
  void what_is_not_fresh_is_shown_and_read_anew_behind_it() {
    assertThat(like("acme")).hasSize(2);
    registry.with("acme-3", "Third Acme");
    assertThat(like("acme")).as("fresh enough").hasSize(2);

    now.updateAndGet(it -> it.plus(TenantIndex.FRESH).plusSeconds(1));

    Awaitility.await().atMost(PATIENCE).until(() -> like("acme").size() == 3);
  }

  @Test
  void what_is_too_old_is_not_shown_and_nothing_is_where_the_registry_is_away() {
    assertThat(like("acme")).hasSize(2);
    registry.away(new Registry.RegistryUnavailable("away", null));

    now.updateAndGet(it -> it.plus(TenantIndex.OLDEST));
    assertThat(like("acme")).as("still good enough").hasSize(2);
    now.updateAndGet(it -> it.plusSeconds(1));

    assertThat(index.await(MEDSUITE, PATIENCE)).isFalse();
    assertThat(index.like(MEDSUITE, "acme", 10)).isEmpty();
    assertThat(index.known(MEDSUITE, "acme")).isEmpty();
    registry.away(null);
    Awaitility.await().atMost(PATIENCE).until(() -> index.await(MEDSUITE, PATIENCE));
  }
}
