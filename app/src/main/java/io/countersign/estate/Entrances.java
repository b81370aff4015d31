package io.countersign.estate;

import io.countersign.Secret;
import io.countersign.estate.Registry.RegisteredServer;
import io.countersign.estate.SecretStore.SecretUnavailable;
import java.util.Map;
import java.util.Optional;

/**
 * The bot's login on each server of an estate: that of the server's secret, or the bot's own role
 * with a token of Entra as its password, which is asked for at each use.
 */
public final class Entrances {
  /** The database in which every server takes sessions. */
  private static final String MAINTENANCE = "postgres";

  private final SecretStore secrets;
  private final Tls tls;
  private final Map<String, String> users;
  private final Secret token;

  private Entrances(SecretStore secrets, Tls tls, Map<String, String> users, Secret token) {
    this.secrets = secrets;
    this.tls = tls;
    this.users = Map.copyOf(users);
    this.token = token;
  }

  /** By the servers' secrets alone. */
  public static Entrances bySecrets(SecretStore secrets) {
    return new Entrances(secrets, new Tls.AsOffered(), Map.of(), new Secret(""));
  }

  /**
   * As an estate's file has it.
   *
   * @param secrets whose logins ask for the estate's TLS already
   * @param token not needed where no server takes one
   */
  public static Entrances of(Access access, SecretStore secrets, Optional<Secret> token) {
    return new Entrances(
        secrets,
        access.tls(),
        access.entra().map(Access.Entra::users).orElse(Map.of()),
        token.orElseGet(() -> new Secret("")));
  }

  /** Whether the server takes a token instead of a password. */
  public boolean isByToken(String server) {
    return users.containsKey(server);
  }

  /** The bot's login, with the maintenance database. */
  public Login into(RegisteredServer server) throws SecretUnavailable {
    var user = users.get(server.ref().name());
    var login =
        user == null
            ? secrets.login(server.adminSecret())
            : new Login(server.host(), server.port(), MAINTENANCE, user, token, tls);
    return login.at(server.host(), server.port()).withDatabase(MAINTENANCE);
  }

  /** A login by the name of its secret. */
  public Login by(SecretName name) throws SecretUnavailable {
    return secrets.login(name);
  }
}
