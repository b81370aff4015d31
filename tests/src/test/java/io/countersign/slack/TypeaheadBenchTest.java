package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.ServerRestorer;
import io.countersign.sandbox.Transport;
import io.countersign.support.SomeTenants;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long a form's typeahead takes with 10,000 tenants, from the letter in Slack to the offer: the
 * stand-in's request, our checks, the search, the answer. Nothing is asserted of a time.
 */
@Tag("bench")
class TypeaheadBenchTest {
  private static final int TENANTS = 10_000;
  private static final int LETTERS = 500;
  private final Random random = new Random(7);

  @ParameterizedTest
  @EnumSource(Transport.class)
  void figures_of_this_machine(Transport transport) {
    var registry = new SomeTenants("medsuite");
    for (int i = 0; i < TENANTS; i++) {
      registry.with("clinic-%05d".formatted(i), "Clinic Number " + i * 7 + " of the North");
    }
    var window = new ServerRestorer.Window(Instant.EPOCH, Instant.MAX);
    try (var rig =
        EdgeRig.of(
            transport,
            it -> List.of(registry.estate(window, it.bench.actions.catalogue())),
            List.of(EdgeRig.runbook()))) {
      var people = rig.slack.driver();
      people.slash(ALICE, INCIDENT, "/tenant-restore", "");
      assertThat(
              people.awaitView(
                  ALICE, it -> it.callbackId().equals(AskForm.CALLBACK), Duration.ofSeconds(30)))
          .isPresent();
      System.out.printf("%n%-44s %6s %8s %8s%n", transport + ", ms", "n", "p50", "p99");
      measure(rig, "the first letters of a slug", i -> "clinic-" + i % 10);
      measure(rig, "a whole slug", _ -> "clinic-%05d".formatted(random.nextInt(TENANTS)));
      measure(rig, "a part of a display name", _ -> "number " + random.nextInt(70));
      measure(rig, "a misspelt slug, nothing else fits", i -> "clinci-%05d".formatted(i));
      measure(rig, "nothing like it", i -> "zzz" + i);
    }
  }

  private static void measure(EdgeRig rig, String what, IntFunction<String> typed) {
    var people = rig.slack.driver();
    var took = new ArrayList<Long>();
    for (int i = 0; i < LETTERS; i++) {
      long begun = System.nanoTime();
      people.suggestions(ALICE, AskForm.block("tenant"), typed.apply(i));
      took.add(System.nanoTime() - begun);
    }
    Collections.sort(took);
    System.out.printf(
        Locale.ROOT,
        "%-44s %6d %8.1f %8.1f%n",
        what,
        took.size(),
        took.get(LETTERS / 2) / 1e6,
        took.get(LETTERS * 99 / 100) / 1e6);
  }
}
