package io.countersign.estate;

import java.net.URI;

/** Where an estate keeps its logins. */
public sealed interface SecretSource {
  /** One file per secret, as Docker and Kubernetes mount them. */
  record Folder(String folder) implements SecretSource {}

  /**
   * Azure Key Vault.
   *
   * @param vault its address, {@code https://medsuite.vault.azure.net}
   * @param azure who the bot is there
   */
  record KeyVault(URI vault, AzureAccount azure) implements SecretSource {}

  /** What people are told to look into. */
  default String place() {
    return switch (this) {
      case Folder(var folder) -> folder;
      case KeyVault(var vault, _) -> vault.toString();
    };
  }
}
