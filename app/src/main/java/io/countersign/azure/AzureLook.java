package io.countersign.azure;

import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.util.Context;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Problem;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the bot may do in Azure and what it finds there; for the doctor. Changes nothing. */
public final class AzureLook {
  private static final String VERSION = "2022-04-01";
  private static final String VAULTS = "2022-07-01";
  private static final int MOST_PAGES = 50;
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
    var granted = granted(servers.scope());
    return Right.onServers().stream()
        .filter(it -> !isGranted(granted, it, "actions", "notActions"))
        .toList();
  }

  /**
   * What is missing on secrets.
   *
   * @param scope the vault's id
   */
  public record OnSecrets(String scope, List<Right> missing) {
    public OnSecrets {
      missing = List.copyOf(missing);
    }
  }

  /**
   * The rights on a vault's secrets that the bot has not. Writing cannot be tried without writing,
   * so Azure is asked here too.
   *
   * @param writing whether runs store secrets there
   */
  public OnSecrets missing(URI vault, boolean writing) throws NotSeen {
    var found = vaults().filter(it -> isAt(it, vault)).findFirst();
    if (found.isEmpty()) {
      throw new NotSeen(
          new Problem(
              "looking for the key vault " + vault,
              "The subscription shows the bot none with this address.",
              Right.SEE_VAULTS.remedy("<id of the vault>")
                  + " Where the vault is in another subscription, look there yourself: "
                  + Right.READ_SECRETS.role()
                  + (writing ? " and " + Right.WRITE_SECRETS.role() : "")
                  + "."));
    }
    var scope = found.get().path("id").asText();
    if (!found.get().path("properties").path("enableRbacAuthorization").asBoolean(true)) {
      throw new NotSeen(
          new Problem(
              "asking Azure what the bot may do in " + vault,
              "The vault has access policies, which Azure does not count as rights.",
              "Look at them: az keyvault show --name "
                  + found.get().path("name").asText()
                  + ". The bot needs Get and List"
                  + (writing ? ", Set, Delete and Recover." : ".")));
    }
    var granted = granted(scope);
    return new OnSecrets(
        scope,
        Right.onSecrets(writing).stream()
            .filter(it -> !isGranted(granted, it, "dataActions", "notDataActions"))
            .toList());
  }

  private static boolean isAt(JsonNode found, URI vault) {
    var address = found.path("properties").path("vaultUri").asText();
    return (address.endsWith("/") ? address.substring(0, address.length() - 1) : address)
        .equalsIgnoreCase(vault.toString());
  }

  private Stream<JsonNode> vaults() throws NotSeen {
    var path =
        "/subscriptions/"
            + clients.account().subscription()
            + "/providers/Microsoft.KeyVault/vaults?api-version="
            + VAULTS;
    var all = new ArrayList<JsonNode>();
    for (int page = 0; page < MOST_PAGES && !path.isEmpty(); page++) {
      var answer = asked(path, Right.SEE_VAULTS, "<id of the vault>");
      answer.path("value").forEach(all::add);
      var next = answer.path("nextLink").asText("");
      var base = clients.account().endpoints().resourceManager().toString();
      // the bot's token goes nowhere else
      path = next.startsWith(base + "/") ? next.substring(base.length()) : "";
    }
    return all.stream();
  }

  private JsonNode granted(String scope) throws NotSeen {
    var path = scope + "/providers/Microsoft.Authorization/permissions?api-version=" + VERSION;
    return asked(path, Right.SEE_RIGHTS, scope).path("value");
  }

  private JsonNode asked(String path, Right right, String scope) throws NotSeen {
    var doing = "asking Azure what the bot may do";
    var address = clients.account().endpoints().resourceManager() + path;
    try (var answer =
        clients
            .resourceManager()
            .sendSync(new HttpRequest(HttpMethod.GET, address), Context.NONE)) {
      var body = answer.getBodyAsBinaryData().toString();
      if (answer.getStatusCode() != 200) {
        throw new AzureFailed(Trouble.of(answer, body), right, scope);
      }
      return JSON.readTree(body);
    } catch (JsonProcessingException other) {
      throw new NotSeen(
          new Problem(
              doing, "Its answer is not JSON.", "Look at azure.endpoints in the estate's file."));
    } catch (AzureFailed failed) {
      throw new NotSeen(failed.problem(doing));
    } catch (RestorerUnavailable unavailable) {
      throw new NotSeen(unavailable.problem());
    } catch (RuntimeException thrown) {
      throw new NotSeen(new AzureFailed(Trouble.of(thrown), right, scope).problem(doing));
    }
  }

  private static boolean isGranted(
      JsonNode assignments, Right right, String granted, String taken) {
    return StreamSupport.stream(assignments.spliterator(), false)
        .anyMatch(
            it ->
                matches(it.path(granted), right.action())
                    && !matches(it.path(taken), right.action()));
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
