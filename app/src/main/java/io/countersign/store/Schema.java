package io.countersign.store;

import com.zaxxer.hikari.HikariDataSource;
import io.countersign.Secret;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The schema of Countersign's own database: brought up to date by its owner, used by a lesser login
 * that cannot change what it keeps.
 */
public final class Schema implements AutoCloseable {
  /** The schema's name. */
  public static final String NAME = "countersign";

  private static final int CONNECTIONS = 3;

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  Schema(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Connects and changes nothing yet.
   *
   * @throws Database.Unreachable where the database cannot be reached
   */
  public static Schema open(String url, String user, Secret password) {
    var config = Database.config(url, user, password, CONNECTIONS);
    // a person waits for the answer: the first refusal is told at once
    config.setInitializationFailTimeout(1);
    try {
      return new Schema(new HikariDataSource(config));
    } catch (RuntimeException unreachable) {
      throw Database.unusable(url, user, unreachable);
    }
  }

  /** What is asked for cannot be done; the message says what to do. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  /** The versions that are still to be applied, oldest first. */
  public List<String> pending() {
    return Arrays.stream(flyway().info().pending())
        .map(it -> "V" + it.getVersion() + " " + it.getDescription())
        .toList();
  }

  /** Whether this login may apply them: it owns the schema, or may create it. */
  public boolean mayMigrate() {
    return jdbi.withHandle(
        it ->
            it.createQuery(
                    """
                    SELECT coalesce(
                      (SELECT pg_has_role(n.nspowner, 'USAGE') FROM pg_namespace n WHERE n.nspname = :name),
                      has_database_privilege(current_database(), 'CREATE'))
                    """)
                .bind("name", NAME)
                .mapTo(Boolean.class)
                .one());
  }

  /**
   * Applies what is pending; twice at once is harmless.
   *
   * @return what was applied
   * @throws Refused where this login may not
   */
  public List<String> migrate() throws Refused {
    var pending = pending();
    if (pending.isEmpty()) {
      return pending;
    }
    if (!mayMigrate()) {
      throw new Refused(
          "The schema "
              + NAME
              + " lacks "
              + String.join(", ", pending)
              + ", and "
              + user()
              + " may not change it. Run countersign migrate with the owner's login in"
              + " COUNTERSIGN_DATABASE_USER and _PASSWORD, and --grant-to "
              + user()
              + ".");
    }
    flyway().migrate();
    return pending;
  }

  /**
   * Gives a login exactly the rights of {@link Grants#SERVE}; whatever else it was granted in the
   * schema is taken away.
   *
   * @throws Refused where there is no such login, or one that may do everything anyway
   */
  public void grantTo(String login) throws Refused {
    requireLesser(login);
    jdbi.useTransaction(
        it -> {
          var grantee = quoted(it, login);
          it.execute("GRANT CONNECT ON DATABASE " + quoted(it, database(it)) + " TO " + grantee);
          it.execute("GRANT USAGE ON SCHEMA " + NAME + " TO " + grantee);
          it.execute("REVOKE ALL ON ALL TABLES IN SCHEMA " + NAME + " FROM " + grantee);
          for (var grant : Grants.SERVE) {
            it.execute(
                "GRANT " + grant.text() + " ON " + NAME + "." + grant.table() + " TO " + grantee);
          }
        });
  }

  private void requireLesser(String login) throws Refused {
    var standing =
        jdbi.withHandle(
            it ->
                it.createQuery(
                        """
                        SELECT r.rolsuper OR pg_has_role(r.oid, n.nspowner, 'MEMBER')
                          FROM pg_roles r, pg_namespace n
                         WHERE r.rolname = :login AND n.nspname = :name
                        """)
                    .bind("login", login)
                    .bind("name", NAME)
                    .mapTo(Boolean.class)
                    .findOne());
    if (standing.isEmpty()) {
      throw new Refused(
          "There is no role " + login + ". Create it: CREATE ROLE " + login + " LOGIN PASSWORD …");
    }
    if (standing.get()) {
      throw new Refused(
          login
              + " is a superuser or has the rights of the schema's owner, so it could switch the"
              + " journal's triggers off. Take another login for serving: CREATE ROLE"
              + " countersign_serve LOGIN PASSWORD …");
    }
  }

  /** What stands there, for whoever installs it; changes nothing. */
  public SchemaLook look() {
    return jdbi.withHandle(SchemaLook::at);
  }

  /** The login with which this is connected. */
  public String user() {
    return jdbi.withHandle(it -> it.createQuery("SELECT current_user").mapTo(String.class).one());
  }

  private static String database(Handle handle) {
    return handle.createQuery("SELECT current_database()").mapTo(String.class).one();
  }

  private static String quoted(Handle handle, String name) {
    return handle
        .createQuery("SELECT quote_ident(:name)")
        .bind("name", name)
        .mapTo(String.class)
        .one();
  }

  private Flyway flyway() {
    return Flyway.configure()
        .dataSource(pool)
        .schemas(NAME)
        .createSchemas(true)
        .locations("classpath:io/countersign/store/migrations")
        .load();
  }

  @Override
  public void close() {
    pool.close();
  }
}
