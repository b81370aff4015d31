package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.gate.GateRow;
import io.countersign.support.RestoreStory;
import io.countersign.thread.Card;
import io.countersign.thread.OrderView;
import io.countersign.thread.Overflow;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is shown of the largest tenant, within what Slack takes. */
class EvidenceFitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String tables(int number) {
    return IntStream.range(0, number)
        .mapToObj(
            it ->
                "1234567 7654321 1111111 "
                    + "s".repeat(63)
                    + "."
                    + String.format("%04d", it)
                    + "<".repeat(59))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void a_card_of_3000_tables_with_the_longest_names_fits_and_the_rest_is_a_file()
      throws JsonProcessingException {
    var story = new RestoreStory().comparing(tables(3_000)).atGate();
    var card =
        Card.of(
            story.row(GateRow.Status.OPEN), story.journal(), RestoreStory.runbook(), story.now());

    var content = Drawing.card(card);

    assertThat(content.text().length()).isLessThanOrEqualTo(3_000);
    var blocks = JSON.readTree(content.blocks());
    assertThat(blocks.size()).isBetween(3, 50);
    blocks.forEach(
        it ->
            assertThat(it.path("text").path("text").asText().length()).isLessThanOrEqualTo(3_000));
    assertThat(content.blocks())
        .contains("and 2,994 tables more, in the file below", "gate.approve", "gate.order")
        .contains("Why: ", "Undo: /tenant-rollback acme", "order ");
    var file = Overflow.of(story.journal(), RestoreStory.runbook()).orElseThrow();
    assertThat(file.lines().filter(it -> it.contains("1234567\t")).count()).isEqualTo(3_000);
    assertThat(file).contains("s".repeat(63) + ".2999");
    assertThat(file.length()).isLessThan(1_000_000);
  }

  @Test
  void where_the_card_says_all_there_is_no_file() {
    var story = new RestoreStory().atGate();
    assertThat(Overflow.of(story.journal(), RestoreStory.runbook())).isEmpty();
  }

  @Test
  void an_order_is_shown_whole_in_groups_and_a_long_one_is_cut_with_a_note()
      throws JsonProcessingException {
    var story = new RestoreStory().atGate();
    var row = story.row(GateRow.Status.OPEN);
    var view = Modals.show("Order", OrderView.of(row), List.of(row.order()));
    assertThat(view)
        .contains("exactly what an approval is for", row.digest().hex(), "Only shown")
        .contains("content hash of step parity", "the OID of the live database", "16503");

    var longest =
        IntStream.range(0, 3_000)
            .mapToObj(it -> "x".repeat(150) + " " + it)
            .collect(Collectors.joining("\n"));
    var blocks =
        JSON.readTree(Modals.show("Order", OrderView.of(row), List.of(longest))).path("blocks");
    assertThat(blocks.size()).isEqualTo(100);
    assertThat(blocks.get(99).toString()).contains("There is more than fits here");
  }
}
