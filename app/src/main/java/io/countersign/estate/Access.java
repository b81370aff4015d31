package io.countersign.estate;

import java.util.Map;
import java.util.Optional;

/**
 * How the bot comes into an estate's servers.
 *
 * @param entra empty where every server takes the password of its secret
 */
public record Access(Tls tls, Optional<Entra> entra) {
  /** Passwords, and TLS as servers offer it. */
  public static final Access PLAIN = new Access(new Tls.AsOffered(), Optional.empty());

  /**
   * Servers that take a token of Entra as the bot's password.
   *
   * @param azure who the bot is there
   * @param users the bot's role on each of them, by the server's name in the registry
   */
  public record Entra(AzureAccount azure, Map<String, String> users) {
    public Entra {
      users = Map.copyOf(users);
    }
  }
}
