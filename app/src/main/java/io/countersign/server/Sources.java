package io.countersign.server;

import io.countersign.azure.AzureClients;
import io.countersign.azure.DatabaseTokens;
import io.countersign.azure.FlexibleServerRestorer;
import io.countersign.azure.KeyVaultSecrets;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.Entrances;
import io.countersign.estate.Estate;
import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.PastSource;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretSource;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRestorer;
import io.countersign.postgres.ArchiveRestorer;
import io.countersign.postgres.CopyLogins;
import io.countersign.postgres.FileSecrets;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Servers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * What stands behind an estate's ports, by its file: secrets, registry, restorer. Nothing is
 * connected until it is asked for something.
 */
public record Sources(
    SecretStore secrets,
    OwnSecrets ownSecrets,
    QueryRegistry registry,
    ServerRestorer restorer,
    Entrances entrances) {
  public static Sources of(Estate estate) {
    Map<AzureAccount, AzureClients> azure = new HashMap<>();
    return switch (estate.secrets()) {
      case SecretSource.Folder(var folder) -> {
        var files = new FileSecrets(Path.of(folder));
        yield of(estate, files, files, azure);
      }
      case SecretSource.KeyVault(var vault, var account) -> {
        var keyVault =
            new KeyVaultSecrets(vault, azure.computeIfAbsent(account, AzureClients::new));
        yield of(estate, keyVault, keyVault, azure);
      }
    };
  }

  private static Sources of(
      Estate estate,
      SecretStore stored,
      OwnSecrets ownSecrets,
      Map<AzureAccount, AzureClients> azure) {
    var access = estate.access();
    SecretStore secrets = name -> stored.login(name).with(access.tls());
    var tokens =
        access
            .entra()
            .map(it -> azure.computeIfAbsent(it.azure(), AzureClients::new))
            .map(it -> new DatabaseTokens(it, Clock.systemUTC()).password());
    var entrances = Entrances.of(access, secrets, tokens);
    var registry = new QueryRegistry(estate, secrets);
    var restorer = restorer(estate.restore(), azure, registry, secrets, entrances);
    return new Sources(secrets, ownSecrets, registry, restorer, entrances);
  }

  /** The estate's servers, those of its registry and the copies that runs make. */
  public Servers servers() {
    return new Servers(registry, entrances, restorer);
  }

  private static ServerRestorer restorer(
      PastSource past,
      Map<AzureAccount, AzureClients> azure,
      Registry registry,
      SecretStore secrets,
      Entrances entrances) {
    return switch (past) {
      case RestoreSource folders -> new ArchiveRestorer(folders, registry, secrets);
      case PastSource.OnAzure onAzure ->
          new FlexibleServerRestorer(
              onAzure,
              azure.computeIfAbsent(onAzure.azure(), AzureClients::new),
              registry,
              entrances,
              new CopyLogins(),
              Clock.systemUTC(),
              new SecureRandom());
    };
  }
}
