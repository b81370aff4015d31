package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.action.ActionFailed;
import io.countersign.estate.Entrances;
import io.countersign.estate.Login;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;

/**
 * Opens sessions on the servers of one estate, those that the registry names and the copies that
 * runs made.
 */
public final class Servers {
  /** The database from which databases are created, renamed and dropped. */
  public static final String MAINTENANCE = "postgres";

  private static final String NO_AUTHORISATION = "28000";

  /** An older server would refuse a session that asks for the setting. */
  private static final int FIRST_WITH_TRANSACTION_TIMEOUT = 17;

  /** While somebody logs in no statement takes long, so silence means that nobody is there. */
  private static final String LOGGED_IN_WITHIN_SECONDS = "10";

  private final Registry registry;
  private final Entrances entrances;
  private final ServerRestorer restorer;
  private final KeptSessions looks = new KeptSessions("cs/look");

  /** Of an estate whose servers take the passwords of their secrets. */
  public Servers(Registry registry, SecretStore secrets, ServerRestorer restorer) {
    this(registry, Entrances.bySecrets(secrets), restorer);
  }

  public Servers(Registry registry, Entrances entrances, ServerRestorer restorer) {
    this.registry = registry;
    this.entrances = entrances;
    this.restorer = restorer;
  }

  /**
   * The bot's login on a server, with the maintenance database.
   *
   * @throws ActionFailed where neither the registry nor the restorer knows the server, or its
   *     secret cannot be read
   */
  public Login login(ServerRef server) throws ActionFailed {
    var copy = restorer.login(server);
    if (copy.isPresent()) {
      return copy.get().withDatabase(MAINTENANCE);
    }
    var known = registry.server(server.name());
    if (known.isEmpty()) {
      throw new ActionFailed(
          new Problem(
              "looking for the server " + server.name(),
              "the registry of " + server.estate() + " has no server of that name.",
              "Check the tenant's server in the registry."));
    }
    try {
      return entrances.into(known.get());
    } catch (SecretStore.SecretUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  /**
   * What intents call a server, the same in every action: {@code host:port}. The journal refuses an
   * owned step on an OID that a succeeded destructive step named on the same server.
   */
  public String identity(ServerRef server) throws ActionFailed {
    var login = login(server);
    return login.host() + ":" + login.port();
  }

  /** A login by the name of its secret, for example the tenant's own. */
  public Login login(SecretName name) throws ActionFailed {
    try {
      return entrances.by(name);
    } catch (SecretStore.SecretUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  /**
   * A session as the bot. It sees every row or fails ({@code row_security = off}), has settings
   * that make text forms comparable, is not ended by a database's preset for its application's
   * statements, and ends by itself when the network does.
   *
   * @param application what the server calls the session: {@code cs/<run>/<step>/<attempt>}
   */
  public Connection open(ServerRef server, String database, String application)
      throws ActionFailed, SQLException {
    return open(login(server).withDatabase(database), application);
  }

  /**
   * Asks a server in a session that others may have asked in before: a short look at its
   * maintenance database, answered within ten seconds.
   */
  public <T> T look(ServerRef server, Look<T> look) throws ActionFailed, SQLException {
    return looks.look(login(server), look);
  }

  /** A question in autocommit that leaves the session as it was, and may be asked twice. */
  @FunctionalInterface
  public interface Look<T> {
    T at(Connection session) throws SQLException;
  }

  /** A session with a login of the caller's. */
  public Connection open(Login login, String application) throws SQLException {
    return connect(login, application);
  }

  /** The same session for those who reach a server without an estate's registry. */
  static Connection connect(Login login, String application) throws SQLException {
    var settings = Verification.properties(login.tls());
    settings.setProperty("user", login.user());
    settings.setProperty("password", password(login));
    settings.setProperty("ApplicationName", Identifiers.checked(application));
    settings.setProperty("connectTimeout", "10");
    settings.setProperty("socketTimeout", LOGGED_IN_WITHIN_SECONDS);
    settings.setProperty("tcpKeepAlive", "true");
    settings.setProperty("socketFactory", AliveSockets.class.getName());
    // server errors must never bring rows into this process's log
    settings.setProperty("logServerErrorDetail", "false");
    settings.setProperty(
        "options",
        "-c row_security=off -c statement_timeout=0 -c TimeZone=UTC -c DateStyle=ISO,YMD -c"
            + " IntervalStyle=postgres -c extra_float_digits=3 -c search_path=pg_catalog -c"
            + " tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
    var session = DriverManager.getConnection(url(login), settings);
    try {
      liftTransactionLimit(session);
      // from here on a statement may take as long as it takes
      session.setNetworkTimeout(Runnable::run, 0);
      return session;
    } catch (SQLException refused) {
      session.close();
      throw refused;
    }
  }

  /** A limit that the application has set for itself would end a long comparison. */
  private static void liftTransactionLimit(Connection session) throws SQLException {
    if (session.getMetaData().getDatabaseMajorVersion() >= FIRST_WITH_TRANSACTION_TIMEOUT) {
      try (var statement = session.createStatement()) {
        statement.execute("SET transaction_timeout = 0");
      }
    }
  }

  /** A token that is not to be had is told as a server's refusal would be. */
  private static String password(Login login) throws SQLException {
    try {
      return login.password().reveal();
    } catch (Secret.NotIssued refused) {
      throw new SQLInvalidAuthorizationSpecException(
          refused.problem().line(), NO_AUTHORISATION, refused);
    }
  }

  private static String url(Login login) {
    return "jdbc:postgresql://"
        + login.host()
        + ":"
        + login.port()
        + "/"
        + java.net.URLEncoder.encode(login.database(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
