package io.countersign.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.AnchorLine;
import io.countersign.audit.Reads;
import io.countersign.store.JdbiAnchors;
import io.countersign.support.OurDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnchorFileTest {
  private final OurDatabase database = OurDatabase.fresh();
  private final JdbiAnchors anchors = database.get().anchors();

  @TempDir private Path folder;

  @AfterEach
  void close() {
    database.close();
  }

  private void anchor() {
    anchors.record(new Reads.Read("somebody", Reads.What.PLAN, Optional.empty(), "button"));
    assertThat(anchors.makeIfDue(Duration.ZERO)).isPresent();
  }

  private Path path() {
    return folder.resolve("anchors");
  }

  @Test
  void each_anchor_is_appended_once_to_a_file_that_is_closed_to_others() throws IOException {
    var file = new AnchorFile(path());
    anchor();
    anchor();
    assertThat(file.append(anchors)).isEqualTo(2);
    assertThat(file.append(anchors)).isZero();
    anchor();
    assertThat(new AnchorFile(path()).append(anchors)).as("another process").isEqualTo(1);

    assertThat(AnchorFile.read(path()).lines())
        .isEqualTo(anchors.after(0, 9).stream().map(AnchorLine::of).toList())
        .hasSize(3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
        .isEqualTo("rw-------");
  }

  @Test
  void a_line_that_a_crash_has_cut_off_stands_whole_on_the_next() throws Exception {
    var file = new AnchorFile(path());
    anchor();
    file.append(anchors);
    anchor();
    var second = AnchorLine.of(anchors.find(2).orElseThrow()).text();
    Files.writeString(path(), second.substring(0, 30), StandardOpenOption.APPEND);

    assertThatCode(() -> file.require(anchors)).doesNotThrowAnyException();
    assertThat(file.append(anchors)).isEqualTo(1);
    var content = AnchorFile.read(path());
    assertThat(content.lines()).extracting(AnchorLine::number).containsExactly(1L, 2L);
    assertThat(content.unreadable()).isEmpty();

    Files.writeString(path(), "something else\n", StandardOpenOption.APPEND);
    file.append(anchors);
    anchor();
    file.append(anchors);
    assertThat(AnchorFile.read(path()).unreadable()).containsExactly(4);
  }

  @Test
  void a_database_that_was_set_back_is_refused() throws Exception {
    anchor();
    anchor();
    var file = new AnchorFile(path());
    file.append(anchors);
    assertThatCode(() -> file.require(anchors)).doesNotThrowAnyException();

    try (var earlier = OurDatabase.fresh()) {
      assertThatThrownBy(() -> file.require(earlier.get().anchors()))
          .isInstanceOf(AnchorFile.Refused.class)
          .hasMessageContaining("ends with anchor 2 of ")
          .hasMessageContaining("the database with 0")
          .hasMessageContaining("Restore a newer state");
    }
  }

  @Test
  void another_database_is_refused() throws Exception {
    anchor();
    var file = new AnchorFile(path());
    file.append(anchors);

    try (var other = OurDatabase.fresh()) {
      var theirs = other.get().anchors();
      theirs.record(new Reads.Read("else", Reads.What.PLAN, Optional.empty(), "button"));
      theirs.makeIfDue(Duration.ZERO);
      assertThatThrownBy(() -> file.require(theirs))
          .isInstanceOf(AnchorFile.Refused.class)
          .hasMessageContaining("that is another database, or its history was changed")
          .hasMessageContaining("countersign audit verify --anchors " + path());
    }
  }

  @Test
  void a_keeper_makes_what_is_due_and_appends_it() throws IOException {
    anchors.record(new Reads.Read("somebody", Reads.What.PLAN, Optional.empty(), "button"));
    var keeper = new AnchorKeeper(anchors, Optional.of(new AnchorFile(path())));

    keeper.look();
    keeper.look();

    assertThat(AnchorFile.read(path()).lines()).hasSize(1);
  }
}
