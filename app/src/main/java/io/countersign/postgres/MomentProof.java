package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.postgres.CopyFolder.Prepared;
import io.countersign.postgres.CopyFolder.Proof;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Proves at which moment a paused copy stands: the last commit it replayed is at or before the
 * target, and the first commit behind it in the archive is after the target. What a program's exit
 * code says is not believed: {@code pg_ctl -w start} answers 0 where the archive ends too early.
 */
final class MomentProof {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Pattern COMMIT =
      Pattern.compile(
          "desc: COMMIT(?:_PREPARED)?\\b.*?(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)"
              + " UTC");
  private static final DateTimeFormatter WRITTEN =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(java.util.Locale.ROOT);

  private MomentProof() {}

  /**
   * How far replay is.
   *
   * @param pause in the server's words; empty outside recovery
   * @param replayed the position behind the last replayed record
   * @param lastCommit empty where nothing was committed since the base backup
   */
  record Replay(boolean recovering, String pause, String replayed, Optional<Instant> lastCommit) {
    boolean paused() {
      return recovering && pause.equals("paused");
    }
  }

  static Replay replay(Connection copy) throws SQLException {
    var sql =
        """
        SELECT r AS recovering,
               CASE WHEN r THEN pg_get_wal_replay_pause_state() ELSE '' END AS pause,
               coalesce(pg_last_wal_replay_lsn()::text, '') AS replayed,
               pg_last_xact_replay_timestamp() AS last_commit
          FROM pg_is_in_recovery() AS r
        """;
    try (var statement = copy.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return new Replay(
          rows.getBoolean("recovering"),
          rows.getString("pause"),
          rows.getString("replayed"),
          instant(rows.getObject("last_commit", OffsetDateTime.class)));
    }
  }

  /**
   * The proof for a paused copy.
   *
   * @throws RestorerUnavailable where it does not stand at the target
   */
  static Proof of(
      Replay replay,
      CopyFolder folder,
      Prepared prepared,
      ServerPrograms programs,
      Path archive,
      Instant target) {
    var last = replay.lastCommit();
    var next = nextCommit(replay, folder, prepared, programs, archive);
    if (last.isPresent() && last.get().isAfter(target)) {
      throw unproved("its last change is of " + last.get() + ", after " + target + ".");
    }
    if (next.isEmpty()) {
      throw unproved("the archive holds no commit after the last replayed one.");
    }
    if (!next.get().isAfter(target)) {
      throw unproved("the next change, of " + next.get() + ", is not after " + target + ".");
    }
    var statement =
        "exact: last change "
            + last.map(Instant::toString).orElse("before the base backup")
            + ", next "
            + next.get();
    return new Proof(last.orElse(null), next.get(), statement);
  }

  private static Optional<Instant> nextCommit(
      Replay replay, CopyFolder folder, Prepared prepared, ServerPrograms programs, Path archive) {
    var file = new CopyServer(folder, programs).lastRestored().orElse(prepared.awaited());
    var argv =
        List.of(
            programs.path(prepared.major(), "pg_waldump"),
            "--path=" + archive,
            "--timeline=" + Integer.parseUnsignedInt(file.substring(0, 8), 16),
            "--start=" + replay.replayed(),
            "--rmgr=Transaction",
            "--limit=100");
    try {
      var owner = FileOwner.of(folder.data());
      var output = programs.run(owner, folder.path(), folder.output("pg_waldump"), LIMIT, argv);
      return firstCommit(output.output());
    } catch (IOException error) {
      throw unproved("the archive could not be read.");
    }
  }

  /** The moment of the first commit in pg_waldump's output, which is in UTC. */
  static Optional<Instant> firstCommit(String output) {
    var commit = COMMIT.matcher(output);
    return commit.find()
        ? Optional.of(LocalDateTime.parse(commit.group(1), WRITTEN).toInstant(ZoneOffset.UTC))
        : Optional.empty();
  }

  private static Optional<Instant> instant(@Nullable OffsetDateTime value) {
    return Optional.ofNullable(value).map(OffsetDateTime::toInstant);
  }

  private static RestorerUnavailable unproved(String happened) {
    return new RestorerUnavailable(
        new Problem(
            "proving at which moment the server copy stands",
            happened,
            "Nothing was changed. Check the archive for missing files, then retry."));
  }
}
