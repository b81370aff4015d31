package io.countersign.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countersign.Secret;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/** Countersign's own database: pool, schema, and the stores on it. */
public final class Database implements AutoCloseable {
  static final String SCHEMA = Schema.NAME;

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final Json json = new Json();
  private final EventCodec codec = new EventCodec(json);

  private Database(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Connects. A login that owns the schema brings it up to date; another one finds it so.
   *
   * @param url {@code jdbc:postgresql://...}
   * @throws Unreachable where the database cannot be used; the message says what to do
   */
  public static Database open(String url, String user, Secret password, int connections) {
    var pool = new HikariDataSource(config(url, user, password, connections));
    try {
      var _ = new Schema(pool).migrate();
      return new Database(pool);
    } catch (Schema.Refused behind) {
      pool.close();
      throw new Unreachable(String.valueOf(behind.getMessage()), behind);
    } catch (RuntimeException unreachable) {
      pool.close();
      throw unusable(url, user, unreachable);
    }
  }

  static HikariConfig config(String url, String user, Secret password, int connections) {
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
    return config;
  }

  static Unreachable unusable(String url, String user, RuntimeException why) {
    return new Unreachable(
        "Countersign's own database at "
            + url
            + " cannot be used as "
            + user
            + ": "
            + firstLine(why)
            + ". Check COUNTERSIGN_DATABASE_URL, _USER and _PASSWORD, and that the server is up.",
        why);
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

  public JdbiCalls calls() {
    return new JdbiCalls(jdbi, gates());
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

  public JdbiBackups backups() {
    return new JdbiBackups(jdbi, json);
  }

  public JdbiTellings tellings() {
    return new JdbiTellings(jdbi);
  }

  public JdbiNotices notices() {
    return new JdbiNotices(jdbi);
  }

  public JdbiDrills drills() {
    return new JdbiDrills(jdbi);
  }

  public JdbiHomes homes() {
    return new JdbiHomes(jdbi);
  }

  public JdbiAudit audit() {
    return new JdbiAudit(jdbi);
  }

  public JdbiAnchors anchors() {
    return new JdbiAnchors(jdbi);
  }

  @Override
  public void close() {
    pool.close();
  }
}
