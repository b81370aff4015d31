package io.countersign.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.core.http.policy.RequestRetryCondition;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.profile.AzureProfile;
import com.azure.resourcemanager.postgresqlflexibleserver.PostgreSqlManager;
import com.azure.resourcemanager.postgresqlflexibleserver.fluent.PostgreSqlManagementClient;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Endpoints;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Azure's clients, made when they are first used: they take seconds, and estates without Azure need
 * none. They try a call that only reads twice more where Azure is briefly busy; waiting for longer
 * is a step's parking.
 */
public final class AzureClients {
  private static final int MORE_TRIES = 2;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(800);
  private static final Duration WORTH_WAITING = Duration.ofSeconds(3);
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final AzureAccount account;
  private final Object lock = new Object();
  private @Nullable HttpClient http;
  private @Nullable TokenCredential credential;
  private @Nullable PostgreSqlManager manager;
  private final Map<URI, SecretClient> vaults = new HashMap<>();

  public AzureClients(AzureAccount account) {
    this.account = account;
  }

  public AzureAccount account() {
    return account;
  }

  /** Servers of the resource group. */
  PostgreSqlManagementClient servers() {
    return manager().serviceClient();
  }

  /** For what the typed client does not offer: operations, effective rights. */
  HttpPipeline resourceManager() {
    return servers().getHttpPipeline();
  }

  private PostgreSqlManager manager() {
    synchronized (lock) {
      var made = manager;
      if (made == null) {
        made =
            PostgreSqlManager.configure()
                .withHttpClient(http())
                .withLogOptions(silent())
                .withRetryOptions(retries())
                .withPolicy(new Tap())
                .authenticate(credential(), profile());
        manager = made;
      }
      return made;
    }
  }

  /** Secrets of a vault. */
  SecretClient secrets(URI vault) {
    synchronized (lock) {
      return vaults.computeIfAbsent(vault, this::made);
    }
  }

  /** Each client keeps a token of its own, so there is one per vault. */
  private SecretClient made(URI vault) {
    var builder =
        new SecretClientBuilder()
            .vaultUrl(vault.toString())
            .httpClient(http())
            .httpLogOptions(silent())
            .retryOptions(retries())
            .credential(credential());
    // the check knows the names of Microsoft's own clouds alone
    return isPublic()
        ? builder.buildClient()
        : builder.disableChallengeResourceVerification().buildClient();
  }

  /** Forgets tokens, after one was refused that should still have been good. */
  void renew() {
    synchronized (lock) {
      credential = null;
      manager = null;
      vaults.clear();
    }
  }

  /** Who the bot is. */
  TokenCredential credential() {
    synchronized (lock) {
      var made = credential;
      if (made == null) {
        made = new Identities(account, http(), isPublic()).credential();
        credential = made;
      }
      return made;
    }
  }

  private HttpClient http() {
    synchronized (lock) {
      var made = http;
      if (made == null) {
        var builder =
            java.net.http.HttpClient.newBuilder()
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .connectTimeout(CONNECT);
        var certificates = account.endpoints().certificates();
        if (!certificates.isEmpty()) {
          builder.sslContext(Authorities.trusting(certificates));
        }
        made = new WithoutLength(new JdkHttpClientBuilder(builder).responseTimeout(ANSWER).build());
        http = made;
      }
      return made;
    }
  }

  private boolean isPublic() {
    return account.endpoints().equals(Endpoints.PUBLIC);
  }

  private AzureProfile profile() {
    var endpoints = account.endpoints();
    var manager = endpoints.resourceManager().toString();
    return new AzureProfile(
        account.tenant().isEmpty() ? null : account.tenant(),
        account.subscription(),
        new AzureEnvironment(
            Map.of(
                "resourceManagerEndpointUrl", manager,
                "managementEndpointUrl", manager,
                "activeDirectoryEndpointUrl", endpoints.login().toString())));
  }

  /** Whatever AZURE_HTTP_LOG_DETAIL_LEVEL says: bodies hold passwords. */
  private static HttpLogOptions silent() {
    return new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE);
  }

  static RetryOptions retries() {
    return new RetryOptions(new FixedDelayOptions(MORE_TRIES, BETWEEN_TRIES))
        .setShouldRetryCondition(AzureClients::isWorthATry);
  }

  /** Only what reads, and never a wait that would hold up a step: nothing is written twice. */
  private static boolean isWorthATry(RequestRetryCondition tried) {
    var answer = tried.getResponse();
    if (answer == null || answer.getRequest().getHttpMethod() != HttpMethod.GET) {
      return false;
    }
    int status = answer.getStatusCode();
    return (status == 429 || status >= 500)
        && Trouble.retryAfter(answer).compareTo(WORTH_WAITING) <= 0;
  }
}
