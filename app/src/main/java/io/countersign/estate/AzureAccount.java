package io.countersign.estate;

import java.net.URI;

/**
 * The bot's place in Azure and who it is there.
 *
 * @param subscription its id
 * @param resourceGroup with the servers, and with the copies that runs make of them
 * @param tenant the id of the directory; empty where the identity knows it by itself
 */
public record AzureAccount(
    String subscription,
    String resourceGroup,
    String tenant,
    Identity identity,
    Endpoints endpoints) {

  /** Who the bot is. Nothing is tried one after the other: an estate's file says which. */
  public sealed interface Identity {
    /**
     * A Kubernetes service account that Entra trusts.
     *
     * @param client the application's id
     * @param tokenFile the mounted token
     */
    record Workload(String client, String tokenFile) implements Identity {}

    /**
     * The machine's own.
     *
     * @param client of a user-assigned one; empty for the system's
     */
    record Managed(String client) implements Identity {}

    /**
     * An application with a secret.
     *
     * @param secretFile the file that holds it, and nothing else
     */
    record ClientSecret(String client, String secretFile) implements Identity {}

    /** Whoever is logged in by {@code az login}; for trying things out. */
    record Cli() implements Identity {}
  }

  /**
   * Where Azure is.
   *
   * @param certificates a file with the authorities to trust, in PEM; empty: those of the Java
   *     runtime
   */
  public record Endpoints(URI resourceManager, URI login, String certificates) {
    /** The public cloud. */
    public static final Endpoints PUBLIC =
        new Endpoints(
            URI.create("https://management.azure.com"),
            URI.create("https://login.microsoftonline.com"),
            "");
  }
}
