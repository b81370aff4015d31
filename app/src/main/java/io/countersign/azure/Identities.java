package io.countersign.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.core.util.Configuration;
import com.azure.identity.AadCredentialBuilderBase;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.CredentialBuilderBase;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import io.countersign.Problem;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Identity;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Who the bot is: exactly what the estate's file says, nothing tried one after the other. */
final class Identities {
  /** They log the words of a refusal, which quote what was sent; ours are told to people. */
  private static final List<Logger> LOUD =
      List.of(Logger.getLogger("com.azure.identity"), Logger.getLogger("com.microsoft.aad.msal4j"));

  private final AzureAccount account;
  private final HttpClient http;
  private final boolean knownCloud;

  /**
   * @param knownCloud whether the login endpoint is one of Microsoft's, which can be asked about
   */
  Identities(AzureAccount account, HttpClient http, boolean knownCloud) {
    this.account = account;
    this.http = http;
    this.knownCloud = knownCloud;
  }

  TokenCredential credential() {
    LOUD.forEach(it -> it.setLevel(Level.OFF));
    return new Proof(account, library());
  }

  private TokenCredential library() {
    return switch (account.identity()) {
      case Identity.Workload(var client, var tokenFile) -> {
        var builder = at(new WorkloadIdentityCredentialBuilder());
        if (!tokenFile.isEmpty()) {
          builder.tokenFilePath(readable(tokenFile));
        }
        if (!knownCloud) {
          builder.disableInstanceDiscovery();
        }
        yield (client.isEmpty() ? builder : builder.clientId(client)).build();
      }
      case Identity.Managed(var client) -> {
        // else the library takes a cluster's federated token for it, where the environment has one
        var builder =
            silent(new ManagedIdentityCredentialBuilder()).configuration(Configuration.NONE);
        yield (client.isEmpty() ? builder : builder.clientId(client)).build();
      }
      case Identity.ClientSecret(var client, var file) -> {
        var builder =
            at(new ClientSecretCredentialBuilder()).clientId(client).clientSecret(content(file));
        yield (knownCloud ? builder : builder.disableInstanceDiscovery()).build();
      }
      case Identity.Cli() -> {
        var builder = quiet(new AzureCliCredentialBuilder());
        yield (account.tenant().isEmpty() ? builder : builder.tenantId(account.tenant())).build();
      }
    };
  }

  private <B extends AadCredentialBuilderBase<B>> B at(B builder) {
    var placed = quiet(builder).authorityHost(account.endpoints().login().toString());
    return account.tenant().isEmpty() ? placed : placed.tenantId(account.tenant());
  }

  private <B extends CredentialBuilderBase<B>> B quiet(B builder) {
    return silent(builder).retryOptions(AzureClients.retries());
  }

  /** A machine's identity has retries of its own, and refuses to work with others besides. */
  private <B extends CredentialBuilderBase<B>> B silent(B builder) {
    return builder
        .httpClient(http)
        .httpLogOptions(new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE));
  }

  private static String readable(String tokenFile) {
    if (!Files.isReadable(Path.of(tokenFile))) {
      throw new RestorerUnavailable(
          new Problem(
              "reading the bot's token for Azure",
              "the file " + tokenFile + " cannot be read.",
              "Look whether the cluster mounts a token for the bot's service account"
                  + " (azure.workload.identity/use), and at azure.token-file."));
    }
    return tokenFile;
  }

  private static String content(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException unreadable) {
      throw new RestorerUnavailable(
          new Problem(
              "reading the bot's secret for Azure",
              "the file " + file + " cannot be read.",
              "Put the application's secret there, readable for the bot's user alone."));
    }
  }
}
