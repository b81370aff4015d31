package io.countersign.audit;

import static io.countersign.support.Samples.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.RunId;
import io.countersign.run.Draft;
import io.countersign.support.Bench;
import io.countersign.support.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an auditor is handed. That no secret and no row is in it every story of a bot looks at. */
class BundleTest {
  private static final String NASTY = "<script>alert('x')</script> & \"more\"";
  private static final AuditStory STORY = new AuditStory();
  private static RunId run = Samples.RUN;

  @BeforeAll
  static void tell() {
    run = STORY.atGate();
    STORY.bench.deny(run, BOB, NASTY);
    STORY.bench.advance(run);
    STORY.anchor();
  }

  @AfterAll
  static void end() {
    STORY.close();
  }

  private static Bundle bundle(List<Finding> findings) {
    return STORY
        .database
        .get()
        .audit()
        .look(
            book ->
                new Bundle(
                    run,
                    book.chapter(run.value()),
                    findings,
                    book.anchors(),
                    STORY.bench.journal.read(run),
                    STORY.bench.gates.of(run),
                    Optional.of(Bench.runbook()),
                    List.of(
                        new Draft.PlannedStep(
                            "swap",
                            "fake.swap",
                            "Swap it",
                            List.of("ALTER DATABASE \"a\" RENAME TO \"b\""),
                            true)),
                    STORY.bench.journal.now()));
  }

  @Test
  void the_page_tells_plan_order_votes_steps_times_and_how_to_verify() {
    var page = bundle(List.of()).page();
    var gate = STORY.bench.gate(run);

    assertThat(page)
        .contains("Every row below is as it was written")
        .contains("asked by", "T0DEMO/U0ALICE", "a bad migration")
        .contains("1. swap (fake.swap, behind a gate): Swap it")
        .contains("ALTER DATABASE &quot;a&quot; RENAME TO &quot;b&quot;")
        .contains("Gate of swap, opening 1", "whose SHA-256 is " + gate.digest())
        .contains("action=fake.swap")
        .contains("<th>choice</th>", "<td>DENY</td>", "<td>T0DEMO/U0BOB</td>")
        .contains("fake.owned", "abort-1")
        .contains(STORY.anchors.find(1).orElseThrow().hash())
        .contains(bundle(List.of()).chapter().links().getLast().hash())
        .contains("countersign audit verify --anchors FILE");
  }

  @Test
  void what_people_typed_never_becomes_markup_and_the_page_needs_nothing_else() {
    var page = bundle(List.of()).page();

    assertThat(page)
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;")
        .contains("default-src 'none'")
        .doesNotContainIgnoringCase("<script")
        .doesNotContainPattern(Pattern.compile("<[^>]*\\s(src|href|on[a-z]+)=|@import|url\\("));
  }

  @Test
  void a_database_that_was_changed_says_so_at_the_top() {
    var page = bundle(List.of(new Finding(run.value(), "vote x", "it is gone"))).page();

    assertThat(page)
        .contains("This database is not as it was written")
        .contains("run " + run + " · vote x · it is gone")
        .doesNotContain("Every row below is as it was written");
  }

  @Test
  void whoever_has_the_json_alone_can_make_the_hashes_again() throws IOException {
    var json = new ObjectMapper().readTree(bundle(List.of()).json());

    assertThat(json.at("/run").asText()).isEqualTo(run.value());
    assertThat(json.at("/rows")).hasSizeGreaterThan(10);
    var previous = "0".repeat(64);
    for (var link : json.at("/links")) {
      assertThat(link.at("/previous").asText()).isEqualTo(previous);
      assertThat(again(link)).isEqualTo(link.at("/hash").asText());
      previous = link.at("/hash").asText();
    }
    assertThat(previous).isEqualTo(bundle(List.of()).chapter().links().getLast().hash());
    assertThat(json.at("/anchors/0/hash").asText())
        .isEqualTo(STORY.anchors.find(1).orElseThrow().hash());
  }

  private static String again(JsonNode link) {
    var columns = new ArrayList<String>();
    link.at("/columns").forEach(it -> columns.add(it.asText()));
    return new Link(
            run.value(),
            link.at("/n").asLong(),
            link.at("/table").asText(),
            link.at("/key").asText(),
            columns,
            link.at("/row_hash").asText(),
            link.at("/previous").asText(),
            link.at("/micros").asLong(),
            link.at("/hash").asText())
        .computed();
  }
}
