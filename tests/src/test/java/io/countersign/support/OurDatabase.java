package io.countersign.support;

import io.countersign.sandbox.postgres.ClusterOptions;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fresh database of Countersign's own for one test, on a cluster that all tests of this JVM
 * share.
 */
public final class OurDatabase implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String ORIGINAL = "own_original";

  private final String name;
  private final Database database;

  private OurDatabase(String name, Database database) {
    this.name = name;
    this.database = database;
  }

  /** The shared cluster, made when first asked for and stopped with the JVM. */
  public static LocalCluster cluster() {
    return Holder.CLUSTER;
  }

  private static final class Holder {
    static final LocalCluster CLUSTER = made();

    private static LocalCluster made() {
      try {
        Path folder = Files.createTempDirectory("cs-own");
        var cluster = LocalCluster.create(folder, PgPrograms.find(), ClusterOptions.disposable());
        cluster.start();
        migrated(cluster);
        return cluster;
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }

    /** Copied for every test: a copy takes a fraction of the time that the migrations take. */
    private static void migrated(LocalCluster cluster) {
      create(cluster, ORIGINAL, "template1");
      open(cluster, ORIGINAL).close();
    }
  }

  public static OurDatabase fresh() {
    var name = "own_" + COUNT.incrementAndGet();
    create(cluster(), name, ORIGINAL);
    return new OurDatabase(name, open(cluster(), name));
  }

  private static void create(LocalCluster cluster, String name, String template) {
    try (var admin = cluster.admin("postgres");
        var statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE " + name + " TEMPLATE " + template);
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static Database open(LocalCluster cluster, String name) {
    var login = cluster.adminLogin(name);
    return Database.open(
        "jdbc:postgresql://127.0.0.1:" + cluster.port() + "/" + name,
        login.user(),
        login.password(),
        6);
  }

  public Database get() {
    return database;
  }

  /** A second pool, as another process would have. */
  public Database another() {
    return open(cluster(), name);
  }

  /** Raw SQL, as somebody with a console has it. */
  public Connection sql() throws SQLException {
    return cluster().admin(name);
  }

  public void execute(String sql) {
    try (var connection = sql();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException refused) {
      throw new Refused(refused);
    }
  }

  /** The first column of the first row. */
  public String one(String sql) {
    try (var connection = sql();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException refused) {
      throw new Refused(refused);
    }
  }

  /** The database refused a statement. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(SQLException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Moves this database's clock by the one function that everything asks. */
  public void skip(String interval) {
    execute(
        "CREATE OR REPLACE FUNCTION countersign.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            + " $$ SELECT clock_timestamp() + interval '"
            + interval
            + "' $$");
  }

  @Override
  public void close() {
    database.close();
  }
}
