package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.NAME;

import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Neighbours;
import io.countersign.postgres.Servers;
import io.countersign.postgres.WriteCounters;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The live database and a closed restored one beside it; swapped, and set back. */
final class SwapStage {
  static final String RESTORED = "tenant_acme_restore_20261121155200_a1";
  static final String KEPT = "tenant_acme_pre_pitr_20261121155200";

  /** Which database a client is in. */
  static final String WHERE_AM_I = "SELECT oid FROM pg_database WHERE datname = current_database()";

  final TwoServers servers = TwoServers.shared();
  final DatabaseRef live;
  final DatabaseRef restored;
  private final Estate estate;
  private final Servers known;

  SwapStage(Neighbours beside, Map<String, io.countersign.estate.Login> secrets)
      throws SQLException {
    estate = servers.sample().beside(Map.of(LIVE.name(), beside)).estate();
    known =
        new Servers(
            servers.registry(),
            name -> secrets.getOrDefault(name.value(), servers.login(LIVE, "postgres", "bot")),
            servers.restorerOfNothing());
    servers.tidy();
    admin("ALTER DATABASE " + NAME + " CONNECTION LIMIT -1");
    admin("CREATE DATABASE " + RESTORED + " OWNER acme_owner TEMPLATE template0");
    admin("ALTER DATABASE " + RESTORED + " ALLOW_CONNECTIONS false");
    live = servers.database(NAME);
    restored = servers.database(RESTORED);
  }

  SwapStage() throws SQLException {
    this(Neighbours.NONE, Map.of());
  }

  void admin(String sql) throws SQLException {
    servers.execute(LIVE, "postgres", "postgres", sql);
  }

  String nameOf(long oid) throws SQLException {
    return servers
        .ask(LIVE, "postgres", "SELECT datname FROM pg_database WHERE oid = " + oid)
        .orElse("(gone)");
  }

  DatabaseSwap action(Consumer<String> between) {
    return new DatabaseSwap(known, estate, between);
  }

  DatabaseDropKept drop() {
    return new DatabaseDropKept(known, servers.registry(), new NoOwnSecrets());
  }

  Servers known() {
    return known;
  }

  Estate estate() {
    return estate;
  }

  DatabaseSwapBack back(Consumer<String> between) {
    return new DatabaseSwapBack(known, estate, between);
  }

  DatabaseSwap.In inputs() throws SQLException {
    try (var inside = servers.connect(LIVE, NAME, "bot")) {
      var reading = WriteCounters.read(inside, List.of("pgboss"));
      return new DatabaseSwap.In(
          live,
          restored,
          "c0ffee",
          "pre_pitr",
          reading.writes(),
          reading.since(),
          reading.tables());
    }
  }

  /** For the way back, once the swap is done. */
  DatabaseSwapBack.In inputsBack() throws SQLException {
    try (var inside = servers.connect(LIVE, NAME, "bot")) {
      var reading = WriteCounters.read(inside, List.of("pgboss"));
      return new DatabaseSwapBack.In(
          new DatabaseRef(LIVE, restored.oid(), NAME),
          new DatabaseRef(LIVE, live.oid(), KEPT),
          "rolled_back",
          reading.writes(),
          reading.since(),
          reading.tables());
    }
  }

  /** The first database is live again, open and under its limit, and there is no other. */
  void setBack() throws SQLException {
    var now = nameOf(live.oid());
    if (!now.equals(NAME)) {
      if (servers
          .ask(LIVE, "postgres", "SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")
          .isPresent()) {
        admin("DROP DATABASE " + NAME + " WITH (FORCE)");
      }
      admin("ALTER DATABASE " + now + " RENAME TO " + NAME);
    }
    admin("ALTER DATABASE " + NAME + " ALLOW_CONNECTIONS true");
    admin("ALTER DATABASE " + NAME + " CONNECTION LIMIT 90");
    servers.tidy();
  }
}
