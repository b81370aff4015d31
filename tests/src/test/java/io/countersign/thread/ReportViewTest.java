package io.countersign.thread;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.audit.ReportPage;
import io.countersign.run.Recorded;
import io.countersign.runbook.Runbook;
import io.countersign.support.RestoreStory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is left of a run for whoever has neither Slack nor the bot. */
class ReportViewTest {
  private static final Duration LONG = Duration.ofDays(30);

  private static Runbook runbook(Map<String, Duration> targets) {
    var it = RestoreStory.runbook();
    return new Runbook(
        it.name(),
        it.title(),
        it.estates(),
        it.command(),
        it.requester(),
        it.parameters(),
        it.steps(),
        it.onAbort(),
        targets,
        it.source());
  }

  private static Optional<ReportView> of(List<Recorded> journal, Map<String, Duration> targets) {
    return ReportView.of(journal, runbook(targets));
  }

  private static String value(ReportView report, String name) {
    return report.facts().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void only_a_run_that_has_ended_and_has_targets_has_one() {
    var ended = new RestoreStory().finished().journal();
    assertThat(of(ended, Map.of())).isEmpty();
    assertThat(of(new RestoreStory().approved().journal(), Map.of("run", LONG))).isEmpty();
    assertThat(of(ended, Map.of("run", LONG))).isPresent();
  }

  @Test
  void it_says_what_was_asked_who_approved_and_what_each_step_came_to() {
    var report =
        of(new RestoreStory().finished().journal(), Map.of("run", LONG, "pitr", LONG))
            .orElseThrow();

    assertThat(report.headline()).contains("acme is back");
    assertThat(value(report, "tenant")).isEqualTo("medsuite/acme");
    assertThat(value(report, "why")).isEqualTo("a bad migration");
    assertThat(value(report, "altogether")).contains("the target is 30 d");
    assertThat(report.facts())
        .anySatisfy(
            it -> {
              assertThat(it.name()).contains("countersigned by");
              assertThat(it.value()).contains("U0BOB");
            });
    assertThat(report.phases())
        .extracting(ReportView.Phase::what)
        .contains("copy the server", "swap the databases");
    assertThat(report.phases())
        .filteredOn(it -> it.what().equals("copy the server"))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.took()).isNotEmpty();
              assertThat(it.target()).isEqualTo("30 d 0 h");
            });
    assertThat(report.met()).contains(true);
  }

  @Test
  void a_target_that_was_missed_by_a_step_or_by_the_whole_run_is_said() {
    var ended = new RestoreStory().finished().journal();
    var second = Duration.ofMillis(1);
    assertThat(of(ended, Map.of("run", LONG, "pitr", second)).orElseThrow().met()).contains(false);
    assertThat(of(ended, Map.of("run", second, "pitr", LONG)).orElseThrow().met()).contains(false);
  }

  @Test
  void a_run_that_did_not_do_its_work_met_no_target_and_missed_none() {
    var denied = new RestoreStory().denied().journal();
    var report = of(denied, Map.of("cutover", LONG)).orElseThrow();
    assertThat(report.met()).isEmpty();
    assertThat(report.headline()).startsWith("Not done");
  }

  @Test
  void as_a_page_it_is_one_file_with_its_picture_and_nothing_in_it_becomes_markup()
      throws IOException {
    var report = of(new RestoreStory().finished().journal(), Map.of("run", LONG)).orElseThrow();
    Files.writeString(
        Files.createDirectories(Path.of("target", "screenshots")).resolve("report.html"),
        ReportPage.html(report));
    var hostile =
        new ReportView(
            report.title(),
            "<script>alert(1)</script>",
            report.facts(),
            report.phases(),
            report.met(),
            report.timeline());

    var page = ReportPage.html(hostile);

    assertThat(page)
        .contains("&lt;script&gt;", "data:image/png;base64,", "Every target was met.")
        .contains("img-src data:", "alt=\"")
        .doesNotContain("<script", "src=\"http", "href=");
  }
}
