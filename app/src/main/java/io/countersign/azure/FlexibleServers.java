package io.countersign.azure;

import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import com.azure.resourcemanager.postgresqlflexibleserver.fluent.models.FirewallRuleInner;
import com.azure.resourcemanager.postgresqlflexibleserver.fluent.models.ServerInner;
import com.azure.resourcemanager.postgresqlflexibleserver.models.ServerForUpdate;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Secret;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The calls that the bot makes to Azure Database for PostgreSQL, each one request. Operations are
 * begun and never waited for.
 */
final class FlexibleServers {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** More rules than that are no list that a person made. */
  private static final int MOST = 1_000;

  private final AzureClients clients;
  private final String group;

  FlexibleServers(AzureClients clients) {
    this.clients = clients;
    this.group = clients.account().resourceGroup();
  }

  /** How far an operation is. */
  sealed interface Operation {
    /**
     * @param pause what Retry-After says
     */
    record Going(Duration pause) implements Operation {}

    record Done() implements Operation {}

    /** With the service's own words. */
    record Failed(String code, String message) implements Operation {}

    /** The service does not know it, or not any more. */
    record Unknown() implements Operation {}
  }

  /** What roles are given at. */
  String scope() {
    return "/subscriptions/" + clients.account().subscription() + "/resourceGroups/" + group;
  }

  /** The server's place in Azure, as the resource manager writes it. */
  String path(String name) {
    return scope() + "/providers/Microsoft.DBforPostgreSQL/flexibleServers/" + name;
  }

  Optional<ServerInner> get(String name) {
    return present(
        Right.READ_SERVERS, () -> clients.servers().getServers().getByResourceGroup(group, name));
  }

  List<ServerInner> all() {
    return calling(
        Right.READ_SERVERS,
        () ->
            clients.servers().getServers().listByResourceGroup(group).stream()
                .limit(MOST)
                .toList());
  }

  /** Begins to make a server; answers where that can be followed. */
  Optional<String> create(String name, ServerInner wanted) {
    var heard = new Tap.Heard();
    var _ =
        calling(
            Right.WRITE_SERVERS,
            () -> clients.servers().getServers().beginCreate(group, name, wanted, heard.context()));
    return heard.operation();
  }

  /** Begins to give a server's administrator a password. */
  Optional<String> resetPassword(String name, Secret password) {
    var heard = new Tap.Heard();
    var _ =
        calling(
            Right.WRITE_SERVERS,
            () ->
                clients
                    .servers()
                    .getServers()
                    .beginUpdate(
                        group,
                        name,
                        new ServerForUpdate().withAdministratorLoginPassword(password.reveal()),
                        heard.context()));
    return heard.operation();
  }

  /** Begins to remove a server. */
  void delete(String name) {
    var _ =
        calling(
            Right.DELETE_SERVERS,
            () -> clients.servers().getServers().beginDelete(group, name, Context.NONE));
  }

  List<FirewallRuleInner> rules(String server) {
    return calling(
        Right.READ_FIREWALL,
        () ->
            clients.servers().getFirewallRules().listByServer(group, server).stream()
                .limit(MOST)
                .toList());
  }

  /** Begins to let one address in. */
  void letIn(String server, String rule, String address) {
    var wanted = new FirewallRuleInner().withStartIpAddress(address).withEndIpAddress(address);
    var _ =
        calling(
            Right.WRITE_FIREWALL,
            () ->
                clients
                    .servers()
                    .getFirewallRules()
                    .beginCreateOrUpdate(group, server, rule, wanted));
  }

  /** Begins to take a rule away. */
  void shut(String server, String rule) {
    var _ =
        calling(
            Right.DELETE_FIREWALL,
            () -> clients.servers().getFirewallRules().beginDelete(group, server, rule));
  }

  /**
   * One look at an operation.
   *
   * @param address as the service gave it; the bot's token goes to the resource manager alone
   */
  Operation operation(String address) {
    var manager = clients.account().endpoints().resourceManager();
    var place = URI.create(address);
    if (!manager.getAuthority().equals(place.getAuthority())
        || !manager.getScheme().equals(place.getScheme())) {
      return new Operation.Unknown();
    }
    return calling(
        Right.READ_OPERATIONS,
        () -> {
          var request = new HttpRequest(HttpMethod.GET, address);
          try (var answer = clients.resourceManager().sendSync(request, Context.NONE)) {
            return operation(answer);
          }
        });
  }

  private Operation operation(HttpResponse answer) {
    var body = answer.getBodyAsBinaryData().toString();
    int status = answer.getStatusCode();
    if (status == 404 || status == 410) {
      return new Operation.Unknown();
    }
    if (status >= 400) {
      throw new AzureFailed(Trouble.of(answer, body), Right.READ_OPERATIONS, scope());
    }
    if (status == 202) {
      return new Operation.Going(Trouble.retryAfter(answer));
    }
    return switch (word(body)) {
      case "succeeded" -> new Operation.Done();
      case "failed", "canceled" -> {
        var error = Trouble.Words.error(body);
        yield new Operation.Failed(error.code(), error.message());
      }
      // a Location answers with the server itself once it is over
      case "" -> new Operation.Done();
      default -> new Operation.Going(Trouble.retryAfter(answer));
    };
  }

  private static String word(String body) {
    try {
      return JSON.readTree(body).path("status").asText("").toLowerCase(java.util.Locale.ROOT);
    } catch (JsonProcessingException other) {
      throw new UncheckedIOException(new IOException("an operation's answer is not JSON"));
    }
  }

  private <T> Optional<T> present(Right right, Supplier<T> call) {
    try {
      return Optional.of(calling(right, call));
    } catch (AzureFailed failed) {
      if (failed.trouble().status() == 404) {
        return Optional.empty();
      }
      throw failed;
    }
  }

  /** A token that is not taken any more, before its time, is asked for anew, once. */
  private <T> T calling(Right right, Supplier<T> call) {
    try {
      return once(right, call);
    } catch (AzureFailed failed) {
      if (failed.trouble().status() != 401) {
        throw failed;
      }
      clients.renew();
      return once(right, call);
    }
  }

  private <T> T once(Right right, Supplier<T> call) {
    try {
      return call.get();
    } catch (AzureFailed | RestorerUnavailable said) {
      throw said;
    } catch (RuntimeException thrown) {
      throw new AzureFailed(Trouble.of(thrown), right, scope());
    }
  }
}
