package io.countersign.azure;

import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.util.Context;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Problem;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** What the bot may do in Azure and what it finds there; for the doctor. Changes nothing. */
public final class AzureLook {
  private static final String VERSION = "2022-04-01";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AzureClients clients;
  private final FlexibleServers servers;

  public AzureLook(AzureClients clients) {
    this.clients = clients;
    this.servers = new FlexibleServers(clients);
  }

  /** Why a look came to nothing. */
  public static final class NotSeen extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    NotSeen(Problem problem) {
      super(problem.line());
      this.problem = problem;
    }

    public Problem problem() {
      return problem;
    }
  }

  /** The rights on servers that the bot has not, as Azure itself counts them. */
  public List<Right> missing() throws NotSeen {
    var address =
        clients.account().endpoints().resourceManager()
            + servers.scope()
            + "/providers/Microsoft.Authorization/permissions?api-version="
            + VERSION;
    try (var answer =
        clients
            .resourceManager()
            .sendSync(new HttpRequest(HttpMethod.GET, address), Context.NONE)) {
      var body = answer.getBodyAsBinaryData().toString();
      if (answer.getStatusCode() != 200) {
        throw new AzureFailed(Trouble.of(answer, body), Right.READ_SERVERS, servers.scope());
      }
      var granted = JSON.readTree(body).path("value");
      return Right.onServers().stream().filter(it -> !isGranted(granted, it)).toList();
    } catch (JsonProcessingException other) {
      throw new NotSeen(
          new Problem(
              "asking Azure what the bot may do",
              "Its answer is not JSON.",
              "Look at azure.endpoints in the estate's file."));
    } catch (AzureFailed failed) {
      throw new NotSeen(failed.problem("asking Azure what the bot may do"));
    } catch (RuntimeException thrown) {
      var failed = new AzureFailed(Trouble.of(thrown), Right.READ_SERVERS, servers.scope());
      throw new NotSeen(failed.problem("asking Azure what the bot may do"));
    }
  }

  private static boolean isGranted(JsonNode assignments, Right right) {
    return StreamSupport.stream(assignments.spliterator(), false)
        .anyMatch(
            it ->
                matches(it.path("actions"), right.action())
                    && !matches(it.path("notActions"), right.action()));
  }

  private static boolean matches(JsonNode patterns, String action) {
    return StreamSupport.stream(patterns.spliterator(), false)
        .map(it -> Pattern.quote(it.asText()).replace("*", "\\E.*\\Q"))
        .anyMatch(it -> Pattern.compile(it, Pattern.CASE_INSENSITIVE).matcher(action).matches());
  }

  /**
   * A server as Azure describes it.
   *
   * @param retentionDays 0 where Azure does not say
   */
  public record Seen(String state, int retentionDays) {}

  /** Empty where the resource group has none of that name. */
  public Optional<Seen> server(String name) throws NotSeen {
    try {
      return servers
          .get(name)
          .map(
              it -> {
                var backup = it.backup();
                var days = backup == null ? null : backup.backupRetentionDays();
                return new Seen(String.valueOf(it.state()), days == null ? 0 : days);
              });
    } catch (AzureFailed failed) {
      throw new NotSeen(failed.problem("looking for " + name + " in Azure"));
    }
  }

  /** Where missing rights are to be given. */
  public String scope() {
    return servers.scope();
  }
}
