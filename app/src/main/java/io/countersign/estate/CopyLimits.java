package io.countersign.estate;

import java.util.OptionalLong;

/**
 * What a copy may take of the live server, which it shares with all other tenants.
 *
 * @param workers sessions on each side, 1 to 16
 * @param rate bytes a second of all workers together; empty for as fast as it goes
 * @param disk bytes of the disk on which the live server keeps databases and WAL; empty where
 *     nobody says, because SQL does not tell
 * @param wal bytes of WAL that may lie on the live server; above it the copy pauses
 */
public record CopyLimits(int workers, OptionalLong rate, OptionalLong disk, OptionalLong wal) {
  /** Four workers, and nothing is watched. */
  public static final CopyLimits NONE =
      new CopyLimits(4, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  /** A disk that is fuller is left alone: Azure makes a server read-only at 95 %. */
  private static final int FULL_PERCENT = 90;

  public static final int MOST_WORKERS = 16;

  public CopyLimits {
    if (workers < 1 || workers > MOST_WORKERS) {
      throw new IllegalArgumentException("a copy has 1 to 16 workers: " + workers);
    }
  }

  /** Bytes that may lie on the disk altogether; empty where its size is not known. */
  public OptionalLong full() {
    return disk.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(disk.getAsLong() / 100 * FULL_PERCENT);
  }
}
