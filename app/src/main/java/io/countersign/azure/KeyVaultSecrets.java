package io.countersign.azure;

import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.models.KeyVaultSecret;
import com.azure.security.keyvault.secrets.models.SecretProperties;
import io.countersign.Problem;
import io.countersign.estate.Login;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Logins in Azure Key Vault. What a run makes bears its owner in a tag, and only that is ever
 * changed or removed. A removed name stays taken until somebody recovers or purges it.
 */
public final class KeyVaultSecrets implements SecretStore, OwnSecrets {
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z-]{1,127}");
  private static final String OWNER = "countersign-owner";
  private static final String KIND = "application/json";
  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final int MOST_VERSIONS = 500;

  private final URI vault;
  private final Supplier<SecretClient> client;
  private final Runnable renew;

  public KeyVaultSecrets(URI vault, AzureClients clients) {
    this.vault = vault;
    this.client = () -> clients.secrets(vault);
    this.renew = clients::renew;
  }

  @Override
  public Login login(SecretName name) throws SecretUnavailable {
    var doing = "reading the secret " + name;
    var found = get(doing, checked(doing, name));
    if (found.isEmpty()) {
      throw new SecretUnavailable(missing(doing, name));
    }
    return StoredLogin.read(String.valueOf(found.get().getValue()))
        .orElseThrow(
            () ->
                new SecretUnavailable(
                    new Problem(
                        doing,
                        "Its value in " + vault + " is no login.",
                        "It must be " + StoredLogin.shape() + ".")));
  }

  @Override
  public Optional<Version> current(SecretName name) throws SecretUnavailable {
    var doing = "looking for the version of the secret " + name;
    return get(doing, checked(doing, name))
        .map(it -> new Version(name, it.getProperties().getVersion()));
  }

  @Override
  public Version make(SecretName name, Login login, String owner) throws SecretUnavailable {
    var doing = "storing the secret " + name;
    var found = get(doing, checked(doing, name));
    if (found.isPresent() && !isOf(found.get(), owner)) {
      throw new SecretUnavailable(
          new Problem(
              doing,
              vault + " has a secret of that name which this step did not make.",
              "Nothing was changed. Look whose it is; a new run takes a new name."));
    }
    var value = StoredLogin.write(login);
    if (found.isPresent() && value.equals(found.get().getValue())) {
      return new Version(name, found.get().getProperties().getVersion());
    }
    return stored(doing, name, value, owner);
  }

  private Version stored(String doing, SecretName name, String value, String owner)
      throws SecretUnavailable {
    var wanted =
        new KeyVaultSecret(name.value(), value)
            .setProperties(
                new SecretProperties().setTags(Map.of(OWNER, owner)).setContentType(KIND));
    try {
      return version(name, calling(Right.WRITE_SECRETS, () -> client.get().setSecret(wanted)));
    } catch (AzureFailed failed) {
      if (failed.trouble().status() != 409 || !recovered(doing, name, owner)) {
        throw told(doing, name, failed);
      }
    }
    try {
      return version(name, calling(Right.WRITE_SECRETS, () -> client.get().setSecret(wanted)));
    } catch (AzureFailed failed) {
      throw told(doing, name, failed);
    }
  }

  private static Version version(SecretName name, KeyVaultSecret made) {
    return new Version(name, made.getProperties().getVersion());
  }

  /** A name that an earlier try of the same owner removed is taken back into use. */
  private boolean recovered(String doing, SecretName name, String owner) throws SecretUnavailable {
    try {
      var removed = calling(Right.LIST_SECRETS, () -> client.get().getDeletedSecret(name.value()));
      return owner.equals(owner(removed.getProperties()))
          && calling(
              Right.RECOVER_SECRETS,
              () ->
                  client
                      .get()
                      .beginRecoverDeletedSecret(name.value())
                      .waitForCompletion(RECOVERY)
                      .getStatus()
                      .isComplete());
    } catch (AzureFailed failed) {
      if (failed.trouble().status() == 403) {
        throw told(doing, name, failed);
      }
      return false;
    }
  }

  @Override
  public void remove(SecretName name, String owner) throws SecretUnavailable {
    var doing = "removing the secret " + name;
    var found = get(doing, checked(doing, name));
    if (found.filter(it -> isOf(it, owner)).isEmpty()) {
      return;
    }
    try {
      var _ =
          calling(Right.DELETE_SECRETS, () -> client.get().beginDeleteSecret(name.value()).poll());
    } catch (AzureFailed failed) {
      throw told(doing, name, failed);
    }
  }

  private static boolean isOf(KeyVaultSecret secret, String owner) {
    return owner.equals(owner(secret.getProperties()));
  }

  private static String owner(SecretProperties properties) {
    var tags = properties.getTags() == null ? new HashMap<String, String>() : properties.getTags();
    return tags.getOrDefault(OWNER, "");
  }

  private Optional<KeyVaultSecret> get(String doing, SecretName name) throws SecretUnavailable {
    try {
      return Optional.of(calling(Right.READ_SECRETS, () -> client.get().getSecret(name.value())));
    } catch (AzureFailed failed) {
      if (failed.trouble().status() == 404) {
        return Optional.empty();
      }
      if (failed.trouble().status() == 403 && isDisabled(doing, name, failed)) {
        throw new SecretUnavailable(
            new Problem(
                doing,
                "It is disabled in " + vault + ".",
                "If that is a mistake: az keyvault secret set-attributes --vault-name "
                    + vaultName()
                    + " --name "
                    + name
                    + " --enabled true"));
      }
      throw told(doing, name, failed);
    } catch (RestorerUnavailable unavailable) {
      throw new SecretUnavailable(unavailable.problem());
    }
  }

  /** A disabled secret answers like a forbidden one; its properties tell, for whoever may read. */
  private boolean isDisabled(String doing, SecretName name, AzureFailed refused)
      throws SecretUnavailable {
    try {
      return calling(
          Right.LIST_SECRETS,
          () ->
              client.get().listPropertiesOfSecretVersions(name.value()).stream()
                  .limit(MOST_VERSIONS)
                  .max(
                      Comparator.comparing(
                          it -> Optional.ofNullable(it.getCreatedOn()).orElse(OffsetDateTime.MIN)))
                  .filter(it -> Boolean.FALSE.equals(it.isEnabled()))
                  .isPresent());
    } catch (AzureFailed unseen) {
      var problem = refused.problem(doing);
      throw new SecretUnavailable(
          new Problem(
              doing,
              problem.happened()
                  + " Whether it is disabled, nobody sees without "
                  + Right.LIST_SECRETS.action()
                  + ".",
              problem.next()));
    }
  }

  private SecretUnavailable told(String doing, SecretName name, AzureFailed failed) {
    if (failed.trouble().status() == 401 || failed.trouble() instanceof Trouble.NoIdentity) {
      renew.run();
    }
    return new SecretUnavailable(
        failed.trouble().status() == 409 ? taken(doing, name) : failed.problem(doing));
  }

  private Problem taken(String doing, SecretName name) {
    return new Problem(
        doing,
        "A removed secret of that name is still kept in " + vault + ".",
        "az keyvault secret recover --vault-name "
            + vaultName()
            + " --name "
            + name
            + ", or purge in its stead; then retry.");
  }

  private Problem missing(String doing, SecretName name) {
    return new Problem(
        doing,
        vault + " has no secret of that name, or it was removed.",
        "az keyvault secret show-deleted --vault-name "
            + vaultName()
            + " --name "
            + name
            + " tells whether it can be recovered; otherwise az keyvault secret set --file, with "
            + StoredLogin.shape()
            + ".");
  }

  private String vaultName() {
    var host = vault.getHost();
    int dot = host.indexOf('.');
    return dot < 0 ? host : host.substring(0, dot);
  }

  private SecretName checked(String doing, SecretName name) throws SecretUnavailable {
    if (!NAME.matcher(name.value()).matches()) {
      throw new SecretUnavailable(
          new Problem(
              doing,
              "Key Vault takes no such name.",
              "Write letters, digits and dashes, at most 127."));
    }
    return name;
  }

  /** A token that is not taken any more, before its time, is asked for anew, once. */
  private <T> T calling(Right right, Supplier<T> call) {
    try {
      return once(right, call);
    } catch (AzureFailed failed) {
      if (failed.trouble().status() != 401) {
        throw failed;
      }
      renew.run();
      return once(right, call);
    }
  }

  private <T> T once(Right right, Supplier<T> call) {
    try {
      return call.get();
    } catch (RestorerUnavailable unavailable) {
      throw unavailable;
    } catch (RuntimeException thrown) {
      throw new AzureFailed(Trouble.of(thrown), right, "<id of the vault " + vaultName() + ">");
    }
  }
}
