package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Neighbours.Replica;
import io.countersign.estate.ServerRef;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The physical standbys of one server. A swap ends no session there, and those that stay go on
 * reading the old rows under the live name they asked for; so they are ended as soon as a standby
 * shows the swap.
 */
public final class Replicas {
  private static final long SHOWN_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int ENDED_WITHIN_LOOKS = 1_000;

  /** Whole-server senders; logical ones have a database, backups and archivers are no standbys. */
  private static final String CONNECTED =
      """
      SELECT coalesce(nullif(r.application_name, ''), 'a standby') AS name,
             coalesce(host(r.client_addr), 'local') AS address
        FROM pg_stat_replication r JOIN pg_stat_activity a ON a.pid = r.pid
       WHERE a.datid IS NULL AND r.state <> 'backup'
         AND r.application_name NOT IN ('pg_receivewal', 'pg_basebackup', 'barman_receive_wal')
       ORDER BY 1, 2
      """;

  private final Servers servers;
  private final ServerRef server;
  private final List<Replica> replicas;

  public Replicas(Servers servers, Estate estate, ServerRef server) {
    this.servers = servers;
    this.server = server;
    this.replicas = estate.beside(server).replicas();
  }

  /** What the plan of a swap shows after COMMIT. */
  public static List<String> shown(List<Replica> replicas, String oid) {
    return replicas.stream()
        .map(
            it ->
                PlannedSql.endSessions("datid = " + oid)
                    + ", on the standby "
                    + it
                    + " when it shows the swap")
        .toList();
  }

  /**
   * Ends the sessions that standbys still have in the database that was live. Repeatable.
   *
   * @param kept it, as the swap named it
   * @return a clause per standby
   */
  public List<String> endSessions(DatabaseRef kept, String application) {
    return replicas.stream().map(it -> endSessions(it, kept, application)).toList();
  }

  private String endSessions(Replica replica, DatabaseRef kept, String application) {
    try (var session = open(replica, application)) {
      if (!shows(session, kept)) {
        return "the standby "
            + replica
            + " does not show the swap yet, its sessions read the old rows"
            + remedy(kept);
      }
      return ended(session, replica, kept);
    } catch (SQLException refused) {
      return unreachable(replica, ServerErrors.reduced(refused)) + remedy(kept);
    } catch (ActionFailed failed) {
      return unreachable(replica, failed.problem().happened()) + remedy(kept);
    }
  }

  private static String unreachable(Replica replica, String why) {
    return "sessions on the standby "
        + replica
        + " may still read the old rows, it could not be asked ("
        + why
        + ")";
  }

  private static String remedy(DatabaseRef kept) {
    return ": run there SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = "
        + kept.oid();
  }

  private Connection open(Replica replica, String application) throws ActionFailed, SQLException {
    var admin = servers.login(server);
    return servers.open(admin.at(replica.host(), replica.port()), application);
  }

  /**
   * Only a standby of this very server comes to show the OID under the name under which it is kept,
   * closed; whoever else answers is left alone.
   */
  private static boolean shows(Connection session, DatabaseRef kept) throws SQLException {
    long until = System.nanoTime() + SHOWN_WITHIN_NANOS;
    while (Databases.number(session, "SELECT pg_is_in_recovery()::int") == 1) {
      var found = TenantDatabases.byOid(session, kept.oid());
      if (found.isPresent()
          && found.get().name().equals(kept.name())
          && !found.get().allowsConnections()) {
        return true;
      }
      if (System.nanoTime() > until) {
        return false;
      }
      Databases.pause(session);
    }
    return false;
  }

  private static String ended(Connection session, Replica replica, DatabaseRef kept)
      throws SQLException {
    var all = new HashSet<Integer>();
    List<Sessions.Session> there = List.of();
    for (int i = 0; i < ENDED_WITHIN_LOOKS; i++) {
      there = Sessions.all(session, kept.oid());
      there.forEach(it -> all.add(it.pid()));
      if (there.isEmpty() || !Sessions.end(session, there).isEmpty()) {
        break;
      }
      Databases.pause(session);
    }
    int ended = all.size() - there.size();
    return ended
        + (ended == 1 ? " session was" : " sessions were")
        + " ended on the standby "
        + replica
        + (there.isEmpty()
            ? ""
            : ", and these stay and read the old rows: "
                + Sessions.shown(there)
                + remedy(kept)
                + " as a superuser");
  }

  /**
   * Notes for people before a swap; none of them stops it.
   *
   * @param primary a session on the primary
   */
  public List<String> notes(Connection primary, String application) throws SQLException {
    var notes = new ArrayList<String>();
    var known = new HashSet<String>();
    for (var each : replicas) {
      addresses(each).forEach(known::add);
      wrong(each, application)
          .ifPresent(
              it ->
                  notes.add(
                      "the standby " + each + " " + it + ", so a swap ends no sessions there"));
    }
    try (var statement = primary.createStatement();
        var rows = statement.executeQuery(CONNECTED)) {
      while (rows.next()) {
        if (!known.contains(rows.getString("address"))) {
          notes.add(
              rows.getString("name")
                  + " ("
                  + rows.getString("address")
                  + ") replicates the server and the estate does not list it, so sessions there"
                  + " will go on reading the old rows after the swap");
        }
      }
    }
    return notes;
  }

  /** What keeps a listed standby from being asked; empty where nothing does. */
  private Optional<String> wrong(Replica replica, String application) {
    try (var session = open(replica, application)) {
      return Databases.number(session, "SELECT pg_is_in_recovery()::int") == 1
          ? Optional.empty()
          : Optional.of("is not in recovery");
    } catch (SQLException refused) {
      return Optional.of("cannot be asked (" + ServerErrors.reduced(refused) + ")");
    } catch (ActionFailed failed) {
      return Optional.of("cannot be asked (" + failed.problem().happened() + ")");
    }
  }

  private static List<String> addresses(Replica replica) {
    try {
      return Arrays.stream(InetAddress.getAllByName(replica.host().replaceAll("[\\[\\]]", "")))
          .map(InetAddress::getHostAddress)
          .toList();
    } catch (UnknownHostException unknown) {
      // it is told where it is asked
      return List.of();
    }
  }

  /** For whoever installs the bot: each listed standby and what is wrong with it. */
  public List<Look> looks(String application) {
    return replicas.stream().map(it -> new Look(it, wrong(it, application))).toList();
  }

  /**
   * One listed standby.
   *
   * @param wrong a clause; empty where all is well
   */
  public record Look(Replica replica, Optional<String> wrong) {}
}
