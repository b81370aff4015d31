package io.countersign.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.Estate.RestoreSource;
import io.countersign.postgres.ServerLook;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server or a disk would have to be changed for, judged from figures. */
class ChecksTest {
  private static final Instant NOW = Instant.parse("2026-11-21T05:00:00Z");

  @ParameterizedTest
  @ValueSource(ints = {150_000, 160_004, 170_002, 180_000})
  void supported_servers_are_fine(int version) {
    assertThat(checked(server(version, false, "replica", "on", false))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {140_010, 190_000})
  void other_servers_are_found(int version) {
    assertThat(checked(server(version, false, "replica", "on", false)))
        .singleElement()
        .satisfies(it -> assertThat(it.remedy()).contains("15 to 18"));
  }

  @Test
  void a_standby_is_found() {
    assertThat(checked(server(150_018, true, "replica", "on", false)))
        .singleElement()
        .satisfies(it -> assertThat(it.line()).contains("standby", "point its row"));
  }

  @ParameterizedTest
  @CsvSource({
    "minimal, on, false, wal_level is minimal, archive_mode = on",
    "replica, off, false, archive_mode is off, archive_mode = on",
    "replica, on, true, archive_command has failed, server's log"
  })
  void WAL_that_is_not_archived_is_found(
      String level, String mode, boolean failing, String wrong, String remedy) {
    assertThat(checked(server(150_018, false, level, mode, failing)))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.wrong()).contains(wrong);
              assertThat(it.remedy()).contains(remedy);
            });
  }

  @Test
  void a_disk_that_is_too_small_is_found_and_one_that_is_not_is_fine() {
    var checks = new StorageChecks(new RestoreSource("/b", "/a", "/c", ""), "the server x");

    checks.judge("room", Path.of("/c"), 900 << 20, 901 << 20, "free it.");
    checks.judge("room", Path.of("/c"), 900 << 20, 899 << 20, "free it.");

    assertThat(checks.results())
        .extracting(Result::line)
        .containsExactly(
            "finding · room · /c has 900 MB free, and 901 MB are needed. Remedy: free it.",
            "ok · room · 900 MB free in /c, 899 MB needed");
  }

  private static List<Result.Finding> checked(ServerLook look) {
    return new ServerChecks("the server x", look)
        .look(List.of()).stream()
            .filter(Result.Finding.class::isInstance)
            .map(Result.Finding.class::cast)
            .toList();
  }

  private static ServerLook server(
      int version, boolean standby, String walLevel, String archiveMode, boolean failing) {
    return new ServerLook(
        version,
        standby,
        "bot",
        false,
        List.of(),
        Optional.empty(),
        new ServerLook.Archiving(walLevel, archiveMode),
        Optional.empty(),
        failing,
        NOW,
        List.of());
  }
}
