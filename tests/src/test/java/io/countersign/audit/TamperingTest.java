package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever somebody changes who can write past the triggers, the verification finds it. */
class TamperingTest {
  private static final long SEED = Long.getLong("seed", System.nanoTime() % 1_000_000);
  private static final int FOR_REAL = 30;

  /** Those that touch one table alone. */
  private static final List<Tampering.Kind> SINGLE =
      List.of(
          Tampering.Kind.CHANGE_A_COLUMN,
          Tampering.Kind.DELETE_A_ROW,
          Tampering.Kind.CHANGE_A_COLUMN,
          Tampering.Kind.SWAP_TWO_VALUES,
          Tampering.Kind.CHANGE_A_COLUMN,
          Tampering.Kind.INSERT_A_FORGED_ROW);

  private static AuditStory story;
  private static TableBook untouched;

  @BeforeAll
  static void tell() throws SQLException {
    story = AuditStory.told();
    untouched = TableBook.of(story.database);
  }

  @AfterAll
  static void close() {
    story.close();
  }

  @Test
  void an_untouched_database_verifies() {
    var verified = story.verified();

    assertThat(verified.findings()).isEmpty();
    assertThat(verified.runs()).isEqualTo(story.runs.size());
    assertThat(verified.rows()).isGreaterThan(100);
    assertThat(verified.links()).isGreaterThan(verified.rows());
    assertThat(verified.anchors()).isGreaterThan(4);
    assertThat(Verification.of(untouched.copy().ready())).isEqualTo(verified);
  }

  @Test
  void five_hundred_single_tamperings_are_all_found() {
    allFound(500);
  }

  @Test
  @Tag("chaos")
  void ten_thousand_single_tamperings_are_all_found() {
    allFound(10_000);
  }

  private static void allFound(int count) {
    var random = new Random(SEED);
    for (int i = 0; i < count; i++) {
      var book = untouched.copy();
      var tampering = new Tampering(book, random);
      tampering.act();
      assertThat(Verification.of(book.ready()).findings())
          .as("seed %d, tampering %d: %s", SEED, i, tampering.told)
          .isNotEmpty();
    }
    System.out.println("found all of " + count + " tamperings, seed " + SEED);
  }

  @Test
  void tamperings_in_the_database_itself_are_found_and_leave_no_trace_when_they_are_undone()
      throws SQLException {
    var random = new Random(SEED);
    int real = 0;
    for (int i = 0; real < FOR_REAL && i < 1000; i++) {
      var book = untouched.copy();
      var tampering = new Tampering(book, random);
      tampering.act(SINGLE.get(i % SINGLE.size()));
      if (replaced(tampering.table, book.table(tampering.table))) {
        real++;
        assertThat(story.verified().findings())
            .as("seed %d, tampering %d: %s", SEED, i, tampering.told)
            .isNotEmpty();
        assertThat(replaced(tampering.table, untouched.table(tampering.table))).isTrue();
      }
    }
    assertThat(real).isEqualTo(FOR_REAL);
    assertThat(story.verified().findings()).isEmpty();
  }

  /** Puts these rows in the place of a table's, past its triggers; its constraints may refuse. */
  private static boolean replaced(String table, List<SortedMap<String, String>> rows)
      throws SQLException {
    try (var session = story.database.sql();
        var statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("SET LOCAL session_replication_role = replica");
      statement.execute("DELETE FROM countersign." + table);
      try (var insert =
          session.prepareStatement(
              "INSERT INTO countersign."
                  + table
                  + " SELECT * FROM jsonb_populate_record(NULL::countersign."
                  + table
                  + ", ?::jsonb)")) {
        for (var row : rows) {
          insert.setString(1, TableBook.json(row));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      session.commit();
      return true;
    } catch (SQLException refused) {
      return false;
    }
  }

  @Test
  void who_takes_anchors_away_with_all_that_speaks_of_them_is_found_by_the_file() {
    var book = untouched.copy();
    var lines = book.ready().anchors().stream().map(AnchorLine::of).toList();
    var last = Long.toString(lines.size());
    book.table("audit_anchor").removeIf(it -> TableBook.text(it, "number").equals(last));
    book.table("audit_anchor_head").removeIf(it -> TableBook.text(it, "anchor").equals(last));
    book.table("audit_link")
        .removeIf(
            it ->
                TableBook.text(it, "source").equals("audit_anchor")
                    && TableBook.text(it, "row_key").equals(last));
    covered(book);

    assertThat(Verification.of(book.ready()).findings()).isEmpty();
    assertThat(Verification.of(book, lines).findings())
        .singleElement()
        .satisfies(
            it ->
                assertThat(it.line())
                    .isEqualTo(
                        "anchors · anchor "
                            + last
                            + " · it is in the file and not in the database"));
  }

  /** The heads are made to fit. */
  private static void covered(TableBook book) {
    for (var head : book.table("audit_head")) {
      var chain = TableBook.text(head, "chain");
      var links =
          book.table("audit_link").stream()
              .filter(it -> TableBook.text(it, "chain").equals(chain))
              .map(TableBook::link)
              .sorted(java.util.Comparator.comparingLong(Link::n))
              .toList();
      head.put("n", Integer.toString(links.size()));
      head.put("hash", '"' + links.getLast().hash() + '"');
      head.put(
          "anchored",
          Long.toString(
              book.anchoredHeads().stream()
                  .filter(it -> it.chain().equals(chain))
                  .mapToLong(Anchor.AnchoredHead::n)
                  .max()
                  .orElse(0)));
    }
  }

  @Test
  void what_the_file_has_otherwise_is_told_and_what_it_lacks_is_not() {
    var lines = untouched.copy().ready().anchors().stream().map(AnchorLine::of).toList();
    var first = lines.getFirst();
    var other =
        new AnchorLine(first.number(), first.at(), first.chains(), first.links(), Written.NOTHING);

    assertThat(Verification.of(untouched.copy().ready(), lines.subList(1, 3)).good()).isTrue();
    assertThat(Verification.of(untouched.copy().ready(), List.of(other)).findings())
        .singleElement()
        .satisfies(it -> assertThat(it.line()).contains("anchor 1 · the file has 000000000000…"));
  }

  @Test
  void a_finding_names_the_run_the_row_and_the_difference() {
    var book = untouched.copy();
    var vote = book.table("vote").getFirst();
    vote.put("person", "\"T0DEMO/U0MALLORY\"");

    assertThat(Verification.of(book.ready()).findings())
        .extracting(Finding::line)
        .hasSize(2)
        .allSatisfy(it -> assertThat(it).startsWith("run ").contains(" · vote "))
        .anySatisfy(it -> assertThat(it).contains("U0MALLORY · no link covers it"))
        .anySatisfy(it -> assertThat(it).contains("it is gone; link"));
  }
}
