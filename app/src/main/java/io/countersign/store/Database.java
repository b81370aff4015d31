package io.countersign.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countersign.Secret;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** Countersign's own database: pool, schema, and the stores on it. */
public final class Database implements AutoCloseable {
  static final String SCHEMA = "countersign";

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final Json json = new Json();
  private final EventCodec codec = new EventCodec(json);

  private Database(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @param url {@code jdbc:postgresql://...}
   * @throws Unreachable where the database cannot be reached or prepared; the message says what to
   *     do
   */
  public static Database open(String url, String user, Secret password, int connections) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password.reveal());
    config.setPoolName("countersign");
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(5_000);
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("ApplicationName", "countersign");
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.addDataSourceProperty("socketTimeout", "60");
    // a process that stands still in a transaction must not keep a run from whoever takes it over
    config.setConnectionInitSql(
        "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '10s'");
    var pool = new HikariDataSource(config);
    try {
      migrate(pool);
      return new Database(pool);
    } catch (RuntimeException unreachable) {
      pool.close();
      throw new Unreachable(
          "Countersign's own database at "
              + url
              + " cannot be used as "
              + user
              + ": "
              + firstLine(unreachable)
              + ". Check COUNTERSIGN_DATABASE_URL, _USER and _PASSWORD, and that the server is up.",
          unreachable);
    }
  }

  private static void migrate(DataSource pool) {
    Flyway.configure()
        .dataSource(pool)
        .schemas(SCHEMA)
        .createSchemas(true)
        .locations("classpath:io/countersign/store/migrations")
        .load()
        .migrate();
  }

  private static String firstLine(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no message");
  }

  /** The database cannot be used. */
  public static final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  public DataSource pool() {
    return pool;
  }

  /** Whether the database answers now. */
  public boolean answers() {
    try {
      return jdbi.withHandle(it -> it.createQuery("SELECT 1").mapTo(Integer.class).one()) == 1;
    } catch (RuntimeException lost) {
      return false;
    }
  }

  public JdbiJournal journal() {
    return new JdbiJournal(jdbi, json, codec);
  }

  public JdbiGates gates() {
    return new JdbiGates(jdbi, json, codec);
  }

  public JdbiPosts posts() {
    return new JdbiPosts(jdbi, codec);
  }

  public JdbiInbox inbox() {
    return new JdbiInbox(jdbi);
  }

  public JdbiDrafts drafts() {
    return new JdbiDrafts(jdbi, json);
  }

  public JdbiSchedules schedules() {
    return new JdbiSchedules(jdbi, json);
  }

  @Override
  public void close() {
    pool.close();
  }
}
