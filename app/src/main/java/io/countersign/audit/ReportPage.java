package io.countersign.audit;

import io.countersign.thread.ReportView;
import io.countersign.thread.Timeline;
import io.countersign.thread.TimelinePicture;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A report as a page that is one file: nothing in it is fetched from anywhere. It is no evidence of
 * who approved what; that is the bundle.
 */
public final class ReportPage {
  private static final Logger log = LoggerFactory.getLogger(ReportPage.class);

  private ReportPage() {}

  public static String html(ReportView report) {
    var html = new Html(report.title());
    html.paragraph(report.headline());
    report
        .met()
        .ifPresent(
            it -> html.marked(it, it ? "Every target was met." : "Not every target was met."));
    html.section("What was asked, and how long it took; times are in UTC");
    html.table(
        List.of("", ""),
        report.facts().stream().map(it -> List.of(it.name(), it.value())).toList());
    html.section("Step by step");
    html.table(
        List.of("step", "took", "target", "what came of it"),
        report.phases().stream()
            .map(it -> List.of(it.what(), it.took(), it.target(), it.said()))
            .toList());
    report.timeline().ifPresent(it -> timeline(html, it));
    html.paragraph(
        "Who approved what, with the exact statements and every hash, stands in the run's record:"
            + " @countersign export in its thread, or countersign audit export on the host.");
    return html.whole();
  }

  /** Where this host has no fonts there are words instead. */
  private static void timeline(Html html, Timeline timeline) {
    html.section("When");
    try {
      html.picture(
          Base64.getEncoder().encodeToString(TimelinePicture.png(timeline)), timeline.told());
    } catch (RuntimeException | LinkageError | InternalError undrawn) {
      log.warn("no timeline was drawn: {}", undrawn.getClass().getSimpleName());
      html.paragraph(timeline.told());
    }
  }
}
