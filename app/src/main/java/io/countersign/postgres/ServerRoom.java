package io.countersign.postgres;

import io.countersign.Bytes;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.estate.CopyLimits;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Watches the live server while a copy is written to it: its disk must never fill up, and WAL must
 * not pile up, because all tenants would stop. WAL pauses the copy for a while; the disk ends it.
 */
final class ServerRoom {
  private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_UNSEEN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LONGEST_PILED_UP_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final String DATABASES = "SELECT sum(pg_database_size(oid)) FROM pg_database";
  private static final String WAL = "SELECT sum(size) FROM pg_ls_waldir()";
  private static final String MAY_SEE_WAL =
      "SELECT has_function_privilege('pg_ls_waldir()', 'EXECUTE')::int";

  private final String doing;
  private final CopyLimits limits;
  private final Gauge gauge;
  private final LongSupplier nanos;
  private final boolean pauses;
  private long looked;
  private long seen;
  private OptionalLong piledUpSince = OptionalLong.empty();
  private long pausedAltogether;

  /** What is measured. */
  interface Gauge {
    /** Bytes of all databases. */
    long databases() throws SQLException;

    /** Bytes of WAL; 0 where nobody may see it. */
    long wal() throws SQLException;
  }

  /**
   * @param nanos a clock for durations
   * @param pauses whether the copy can: pg_dump and pg_restore cannot
   */
  ServerRoom(String doing, CopyLimits limits, Gauge gauge, LongSupplier nanos, boolean pauses) {
    this.doing = doing;
    this.limits = limits;
    this.gauge = gauge;
    this.nanos = nanos;
    this.pauses = pauses;
    this.seen = nanos.getAsLong();
    this.looked = seen - LOOK_EVERY_NANOS;
  }

  /**
   * Looks before anything is made.
   *
   * @param session any database of the live server; stays in use
   * @param bytes that the copy will need
   * @throws ActionFailed where there is no room, or WAL is limited and the bot may not see it
   */
  static ServerRoom open(
      String doing, CopyLimits limits, Connection session, long bytes, boolean pauses)
      throws ActionFailed, SQLException {
    boolean seesWal = Databases.number(session, MAY_SEE_WAL) == 1;
    if (limits.wal().isPresent() && !seesWal) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the estate limits the WAL, and the bot may not see how much there is.",
              "GRANT pg_monitor TO the bot's role, then retry."));
    }
    var room = new ServerRoom(doing, limits, by(session, seesWal), System::nanoTime, pauses);
    room.refuseBeyondDisk(bytes, "the copy would need " + Bytes.shown(bytes) + " more");
    return room;
  }

  private static Gauge by(Connection session, boolean seesWal) {
    return new Gauge() {
      @Override
      public long databases() throws SQLException {
        return Databases.number(session, DATABASES);
      }

      @Override
      public long wal() throws SQLException {
        return seesWal ? Databases.number(session, WAL) : 0;
      }
    };
  }

  /**
   * Looks again, at most every other second, and lets the copy pause or go on. A look may fail: a
   * database that is dropped this very moment has no size. Only who sees nothing for a minute ends.
   *
   * @throws ActionFailed where it must end, before the server is in danger
   */
  void look(Pace pace) throws ActionFailed {
    long now = nanos.getAsLong();
    if (now - looked < LOOK_EVERY_NANOS) {
      return;
    }
    looked = now;
    try {
      refuseBeyondDisk(0, "the copy was ended and is removed");
      judgeWal(gauge.wal(), now, pace);
      seen = now;
    } catch (SQLException unseen) {
      refuseUnseen(now, unseen);
    }
  }

  private void judgeWal(long wal, long now, Pace pace) throws ActionFailed {
    boolean pilesUp = limits.wal().isPresent() && wal > limits.wal().getAsLong();
    if (!pilesUp) {
      piledUpSince.ifPresent(it -> pausedAltogether += now - it);
      piledUpSince = OptionalLong.empty();
    } else if (piledUpSince.isEmpty()) {
      piledUpSince = OptionalLong.of(now);
    } else if (now - piledUpSince.getAsLong() > LONGEST_PILED_UP_NANOS) {
      throw tooLong(wal);
    }
    pace.pause(pauses());
  }

  /** Whether the copy waits now. */
  boolean pauses() {
    return pauses && piledUpSince.isPresent();
  }

  /** What a person should know, clauses. */
  List<String> notes() {
    return pauses && pausedAltogether > 0
        ? List.of(
            "paused for "
                + TimeUnit.NANOSECONDS.toSeconds(pausedAltogether)
                + " s, until the WAL on the live server had become less")
        : List.of();
  }

  private ActionFailed tooLong(long wal) {
    return new ActionFailed(
        new Problem(
            doing,
            Bytes.shown(wal)
                + " of WAL lie on the live server, more than the "
                + Bytes.shown(limits.wal().orElse(0))
                + " that the estate allows, and they did not become less in 10 minutes.",
            "See what holds them back (SELECT * FROM pg_replication_slots, pg_stat_archiver),"
                + " then retry."));
  }

  private void refuseUnseen(long now, SQLException unseen) throws ActionFailed {
    if (now - seen > LONGEST_UNSEEN_NANOS) {
      throw new ActionFailed(
          new Problem(
              doing,
              "whether the live server has room could not be seen any more: "
                  + ServerErrors.reduced(unseen)
                  + ".",
              "Look at the server, then retry."));
    }
  }

  private void refuseBeyondDisk(long more, String consequence) throws ActionFailed, SQLException {
    if (limits.full().isEmpty()) {
      return;
    }
    long used = gauge.databases() + gauge.wal();
    if (used + more <= limits.full().getAsLong()) {
      return;
    }
    throw new ActionFailed(
        new Problem(
            doing,
            "databases and WAL of the live server have "
                + Bytes.shown(used)
                + ", and no more than "
                + Bytes.shown(limits.full().getAsLong())
                + " of its disk of "
                + Bytes.shown(limits.disk().orElse(0))
                + " may be used; "
                + consequence
                + ".",
            "Make room: drop kept databases that nobody needs, or give the server a larger disk"
                + " and say so in the estate's file; then retry."));
  }
}
