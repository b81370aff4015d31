package io.countersign.estate;

import io.countersign.estate.Estate.RestoreSource;
import java.time.Duration;
import java.util.Optional;

/** What servers of an estate are restored from. */
public sealed interface PastSource permits RestoreSource, PastSource.OnAzure {
  /** The folder of PostgreSQL's programs; empty: look where PostgreSQL is usually installed. */
  String programs();

  /**
   * Azure Database for PostgreSQL, Flexible Server: the service keeps the past and makes a copy of
   * a server as a new server.
   *
   * @param letIn the only address that may reach a copy, the bot's own; empty where servers are in
   *     a private network, and so are their copies
   * @param behind how long the service takes to keep what was written: a moment that is more recent
   *     is waited for
   * @param keep how long after it was asked for a copy is a leftover, whatever its run says
   * @param pairedRegion where copies of geo-redundant backups are made; empty: nowhere
   */
  record OnAzure(
      AzureAccount azure,
      Optional<String> letIn,
      Duration behind,
      Duration keep,
      Optional<String> pairedRegion,
      String programs)
      implements PastSource {}
}
