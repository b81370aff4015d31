package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.Stage;

/** What is left of a run that did not come to its swap: nothing. */
final class Untouched {
  private Untouched() {}

  static void require(Stage stage, Stage.Run run, String oid) {
    var slug = run.slug();
    assertThat(stage.headline(run)).startsWith("Not done");
    assertThat(stage.thread(run)).contains("Not done");
    assertThat(stage.status(slug)).isEqualTo("active");
    assertThat(stage.settings(slug)).doesNotContain("default_transaction_read_only");
    assertThat(stage.oid(slug)).isEqualTo(oid);
    assertThat(stage.besides(slug)).isEmpty();
    assertThat(stage.copies()).noneMatch(it -> it.contains(run.id()));
    assertThat(
            stage.journal(
                "SELECT ended_at IS NOT NULL FROM countersign.run WHERE id = '%s'"
                    .formatted(run.id())))
        .isEqualTo("t");
  }
}
