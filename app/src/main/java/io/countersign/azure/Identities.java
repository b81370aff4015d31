package io.countersign.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
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

/** Who the bot is: exactly what the estate's file says, nothing tried one after the other. */
final class Identities {
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
    return switch (account.identity()) {
      case Identity.Workload(var client, var tokenFile) -> {
        var builder = at(new WorkloadIdentityCredentialBuilder());
        if (!tokenFile.isEmpty()) {
          builder.tokenFilePath(tokenFile);
        }
        if (!knownCloud) {
          builder.disableInstanceDiscovery();
        }
        yield (client.isEmpty() ? builder : builder.clientId(client)).build();
      }
      case Identity.Managed(var client) -> {
        var builder = quiet(new ManagedIdentityCredentialBuilder());
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
    return builder
        .httpClient(http)
        .retryOptions(AzureClients.retries())
        .httpLogOptions(new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE));
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
