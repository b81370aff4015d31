package io.countersign.postgres;

import io.countersign.Bytes;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.estate.CopyLimits;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Watches the live server while a copy is written to it: its disk must never fill up, and WAL must
 * not pile up, because all tenants would stop. WAL pauses the copy for a while; the disk ends it.
 */
final class ServerRoom {
  private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final String DATABASES = "SELECT sum(pg_database_size(oid)) FROM pg_database";
  private static final String WAL = "SELECT sum(size) FROM pg_ls_waldir()";
  private static final String MAY_SEE_WAL =
      "SELECT has_function_privilege('pg_ls_waldir()', 'EXECUTE')::int";

  private final String doing;
  private final CopyLimits limits;
  private final Connection session;
  private final boolean seesWal;
  private long looked;
  private long pausedSince;
  private long pausedAltogether;

  private ServerRoom(String doing, CopyLimits limits, Connection session, boolean seesWal) {
    this.doing = doing;
    this.limits = limits;
    this.session = session;
    this.seesWal = seesWal;
    this.looked = System.nanoTime() - LOOK_EVERY_NANOS;
  }

  /**
   * Looks before anything is made.
   *
   * @param session any database of the live server; stays in use
   * @param bytes that the copy will need
   * @throws ActionFailed where there is no room, or WAL is limited and the bot may not see it
   */
  static ServerRoom open(String doing, CopyLimits limits, Connection session, long bytes)
      throws ActionFailed, SQLException {
    boolean seesWal = Databases.number(session, MAY_SEE_WAL) == 1;
    if (limits.wal().isPresent() && !seesWal) {
      throw new ActionFailed(
          new Problem(
              doing,
              "the estate limits the WAL, and the bot may not see how much there is.",
              "GRANT pg_monitor TO the bot's role, then retry."));
    }
    var room = new ServerRoom(doing, limits, session, seesWal);
    room.refuseBeyondDisk(bytes, "the copy would need " + Bytes.shown(bytes) + " more");
    return room;
  }

  /**
   * Looks again, at most every other second, and lets the copy pause or go on.
   *
   * @throws ActionFailed where it must end, before the server is in danger
   */
  void look(Pace pace) throws ActionFailed, SQLException {
    long now = System.nanoTime();
    if (now - looked < LOOK_EVERY_NANOS) {
      return;
    }
    looked = now;
    refuseBeyondDisk(0, "the copy was ended and is removed");
    boolean piledUp = limits.wal().isPresent() && wal() > limits.wal().getAsLong();
    if (!piledUp) {
      if (pausedSince != 0) {
        pausedAltogether += now - pausedSince;
        pausedSince = 0;
      }
      pace.pause(false);
      return;
    }
    pausedSince = pausedSince == 0 ? now : pausedSince;
    pace.pause(true);
    if (now - pausedSince > LONGEST_PAUSE_NANOS) {
      throw new ActionFailed(
          new Problem(
              doing,
              Bytes.shown(wal())
                  + " of WAL lie on the live server, more than the "
                  + Bytes.shown(limits.wal().getAsLong())
                  + " that the estate allows, and they did not become less in 10 minutes.",
              "See what holds them back (SELECT * FROM pg_replication_slots, pg_stat_archiver),"
                  + " then retry."));
    }
  }

  /** Whether the copy waits now. */
  boolean pauses() {
    return pausedSince != 0;
  }

  /** What a person should know, clauses. */
  List<String> notes() {
    var notes = new ArrayList<String>();
    if (pausedAltogether > 0) {
      notes.add(
          "paused for "
              + TimeUnit.NANOSECONDS.toSeconds(pausedAltogether)
              + " s, until the WAL on the live server had become less");
    }
    return notes;
  }

  private void refuseBeyondDisk(long more, String consequence) throws ActionFailed, SQLException {
    if (limits.full().isEmpty()) {
      return;
    }
    long used = Databases.number(session, DATABASES) + (seesWal ? wal() : 0);
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

  private long wal() throws SQLException {
    return Databases.number(session, WAL);
  }
}
