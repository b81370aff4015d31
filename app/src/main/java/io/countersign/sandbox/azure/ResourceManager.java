package io.countersign.sandbox.azure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.Secret;
import io.countersign.sandbox.azure.Backing.State;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The resource manager: flexible servers, their firewall rules, operations on them, rights. */
public final class ResourceManager {
  private static final String PROVIDER = "/providers/Microsoft.DBforPostgreSQL/";
  private static final Pattern SERVER =
      Pattern.compile(
          "(/subscriptions/[^/]+/resourceGroups/[^/]+)"
              + PROVIDER
              + "flexibleServers/?([^/]*)(/firewallRules)?/?([^/]*)");
  private static final Pattern OPERATION = Pattern.compile(".*/azureAsyncOperation/([^/]+)");
  private static final String SERVERS = "Microsoft.DBforPostgreSQL/flexibleServers/";
  private static final String RULES = SERVERS + "firewallRules/";
  private static final String VAULT =
      "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.KeyVault/vaults/sandbox"
          .formatted(StandInAzure.SUBSCRIPTION, StandInAzure.GROUP);
  private static final int PAGE = 2;

  private final Clock clock;
  private final Faults faults;
  private Backing backing;
  private final Map<String, Server> servers = new TreeMap<>();
  private final Map<String, Supplier<State>> operations = new TreeMap<>();
  private final Habits habits = new Habits();
  private String base = "";

  ResourceManager(Clock clock, Faults faults, Backing backing) {
    this.clock = clock;
    this.faults = faults;
    this.backing = backing;
  }

  void at(String address) {
    base = address;
  }

  /** What happens from now on when a server is to be restored. */
  public synchronized void backedBy(Backing another) {
    backing = another;
  }

  /** In what the service may differ from day to day. */
  public static final class Habits {
    private volatile int retryAfter;
    private volatile boolean emptyAnswers;
    private volatile boolean inherits;
    private volatile boolean busyWhileMaking;
    private volatile boolean forgetful;
    private volatile String paired = "";
    private volatile String state = "Ready";
    private volatile boolean roles = true;

    /** Seconds; 0 says nothing. */
    public Habits retryAfter(int seconds) {
      retryAfter = seconds;
      return this;
    }

    /** 202 with nothing instead of 201 with the server. */
    public Habits emptyAnswers(boolean on) {
      emptyAnswers = on;
      return this;
    }

    /** Whether copies have their source's firewall rules. */
    public Habits inherits(boolean on) {
      inherits = on;
      return this;
    }

    /** Whether a server that is being made cannot be removed. */
    public Habits busyWhileMaking(boolean on) {
      busyWhileMaking = on;
      return this;
    }

    /**
     * Where geo-redundant backups of all servers are kept; empty: servers have none, and it is no
     * region of theirs.
     */
    public Habits pairedRegion(String region) {
      paired = region;
      return this;
    }

    /** How servers that stand already are shown. */
    public Habits standingAs(String shown) {
      state = shown;
      return this;
    }

    private Optional<Answer> geo(String location) {
      if (paired.isEmpty()) {
        return Optional.of(
            Answer.error(400, "GeoBackupNotEnabled", "The source has no geo-redundant backup."));
      }
      return location.equals(paired)
          ? Optional.empty()
          : Optional.of(
              Answer.error(
                  400, "RegionIsNotPaired", "The backup is kept in " + paired + " alone."));
    }

    private Optional<Answer> inRegion(String server) {
      return state.equals("Ready")
          ? Optional.empty()
          : Optional.of(
              Answer.error(409, "ServerIsNotReady", "The server " + server + " is " + state + "."));
    }

    /** Whether the vault goes by roles; else by access policies of its own. */
    public Habits roles(boolean on) {
      roles = on;
      return this;
    }

    /** Whether operations are not known any more. */
    public Habits forgetful(boolean on) {
      forgetful = on;
      return this;
    }
  }

  public Habits habits() {
    return habits;
  }

  private static final class Server {
    private final String name;
    private final String source;
    private final JsonNode tags;
    private final String administrator;
    private final Instant earliest;
    private final Map<String, String> rules = new TreeMap<>();
    private boolean dropping;

    Server(String name, String source, JsonNode tags, String administrator, Instant earliest) {
      this.name = name;
      this.source = source;
      this.tags = tags;
      this.administrator = administrator;
      this.earliest = earliest;
    }

    boolean isCopy() {
      return !source.isEmpty();
    }
  }

  /** A server that stands already; it can be restored to moments from the earliest on. */
  public synchronized void standing(
      String name, String administrator, Instant earliest, String... openTo) {
    var server = new Server(name, "", Answer.object(), administrator, earliest);
    for (var address : openTo) {
      server.rules.put("rule-" + server.rules.size(), address);
    }
    servers.put(name, server);
  }

  /** A server with tags of somebody's, as if it had been made by hand. */
  public synchronized void foreign(String name, String source, Map<String, String> tags) {
    var body = Answer.object();
    tags.forEach(body::put);
    servers.put(name, new Server(name, source, body, "admin", clock.instant()));
  }

  public synchronized Set<String> servers() {
    return new TreeSet<>(servers.keySet());
  }

  /** Who may reach a server, by rule. */
  public synchronized Map<String, String> rules(String server) {
    return Map.copyOf(Objects.requireNonNull(servers.get(server)).rules);
  }

  /** As if somebody had removed it in the portal. */
  public synchronized void vanish(String name) {
    servers.remove(name);
  }

  synchronized Answer answer(Call call) {
    var operation = OPERATION.matcher(call.path());
    if (operation.matches()) {
      return allowed("Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read")
          .orElseGet(() -> operation(operation.group(1)));
    }
    if (call.path().endsWith("/providers/Microsoft.Authorization/permissions")) {
      return allowed("Microsoft.Authorization/permissions/read").orElseGet(this::permissions);
    }
    if (call.path().endsWith("/providers/Microsoft.KeyVault/vaults")) {
      return allowed("Microsoft.KeyVault/vaults/read").orElseGet(this::vaults);
    }
    var place = SERVER.matcher(call.path());
    if (!place.matches()) {
      return Answer.error(404, "ResourceNotFound", "There is nothing at " + call.path() + ".");
    }
    var name = place.group(2);
    if (place.group(3) != null) {
      return rules(call, name, place.group(4));
    }
    if (name.isEmpty()) {
      return allowed(SERVERS + "read").orElseGet(() -> list(call, place.group(1)));
    }
    return switch (call.method()) {
      case "GET" ->
          allowed(SERVERS + "read").orElseGet(() -> found(name, it -> Answer.of(200, body(it))));
      case "PUT" -> allowed(SERVERS + "write").orElseGet(() -> put(name, call));
      case "PATCH" ->
          allowed(SERVERS + "write").orElseGet(() -> found(name, it -> patch(it, call)));
      case "DELETE" -> allowed(SERVERS + "delete").orElseGet(() -> delete(name));
      default -> Answer.error(405, "MethodNotAllowed", "There is no such call.");
    };
  }

  private Optional<Answer> allowed(String action) {
    return faults.isForbidden(action)
        ? Optional.of(
            Answer.error(
                403,
                "AuthorizationFailed",
                "The client does not have authorization to perform action '" + action + "'."))
        : Optional.empty();
  }

  /** Everything is allowed that is not forbidden. */
  private Answer permissions() {
    var list = Answer.object();
    var assignment = list.putArray("value").addObject();
    assignment.putArray("actions").add("*/read").add("Microsoft.DBforPostgreSQL/*");
    assignment.putArray("dataActions").add("Microsoft.KeyVault/vaults/secrets/*");
    var not = assignment.putArray("notActions");
    var notData = assignment.putArray("notDataActions");
    faults.forbidden().forEach(not::add);
    faults.forbidden().forEach(notData::add);
    return Answer.of(200, list);
  }

  /** The one vault there is. */
  private Answer vaults() {
    var list = Answer.object();
    var vault = list.putArray("value").addObject();
    vault.put("id", VAULT).put("name", "sandbox");
    vault
        .putObject("properties")
        .put("vaultUri", base + "/")
        .put("enableRbacAuthorization", habits.roles);
    return Answer.of(200, list);
  }

  /** Removes what is gone by now, and answers about what is not. */
  private Answer found(String name, Function<Server, Answer> answer) {
    var server = servers.get(name);
    if (server != null && server.isCopy() && backing.look(name) instanceof State.Failed) {
      servers.remove(name);
      server = null;
    }
    return server == null
        ? Answer.error(404, "ResourceNotFound", "The server '" + name + "' was not found.")
        : answer.apply(server);
  }

  private Answer list(Call call, String group) {
    int from =
        call.query().contains("skip=")
            ? Integer.parseInt(call.query().replaceAll(".*skip=(\\d+).*", "$1"))
            : 0;
    var all = List.copyOf(servers.values());
    var page = Answer.object();
    var items = page.putArray("value");
    all.stream().skip(from).limit(PAGE).forEach(it -> items.add(body(it)));
    if (from + PAGE < all.size()) {
      page.put(
          "nextLink",
          base + group + PROVIDER + "flexibleServers?api-version=2022-12-01&skip=" + (from + PAGE));
    }
    return Answer.of(200, page);
  }

  private Answer put(String name, Call call) {
    var wanted = call.json();
    var properties = wanted.path("properties");
    if (servers.containsKey(name)) {
      return Answer.error(409, "ServerNameTaken", "The server '" + name + "' exists already.");
    }
    var id = properties.path("sourceServerResourceId").asText();
    var source = servers.get(id.substring(id.lastIndexOf('/') + 1));
    var mode = properties.path("createMode").asText();
    boolean geo = mode.equals("GeoRestore");
    if ((!geo && !mode.equals("PointInTimeRestore")) || source == null) {
      return Answer.error(400, "SourceServerUnknown", "The source server does not exist.");
    }
    var refused = geo ? habits.geo(wanted.path("location").asText()) : habits.inRegion(source.name);
    if (refused.isPresent()) {
      return refused.get();
    }
    Instant target;
    try {
      target = OffsetDateTime.parse(properties.path("pointInTimeUTC").asText()).toInstant();
    } catch (DateTimeException malformed) {
      return Answer.error(500, "InternalServerError", "An unexpected error occurred.");
    }
    if (target.isBefore(source.earliest) || target.isAfter(clock.instant())) {
      return Answer.error(
          400, "RestorePointOutsideWindow", "The point in time is outside the retention window.");
    }
    var made =
        new Server(name, source.name, wanted.path("tags"), source.administrator, clock.instant());
    if (habits.inherits) {
      made.rules.putAll(source.rules);
    }
    servers.put(name, made);
    backing.begin(
        new Backing.Wanted(
            name, source.name, target, made.tags.path("countersign-run").asText("")));
    return accepted(
        () -> backing.look(name), habits.emptyAnswers ? Optional.empty() : Optional.of(body(made)));
  }

  private Answer patch(Server server, Call call) {
    var password = call.json().path("properties").path("administratorLoginPassword");
    if (password.isTextual()) {
      backing.password(server.name, server.administrator, new Secret(password.asText()));
    }
    return accepted(() -> new State.Made(""), Optional.empty());
  }

  private Answer delete(String name) {
    var server = servers.get(name);
    if (server == null) {
      return Answer.empty(204);
    }
    if (habits.busyWhileMaking && server.isCopy() && backing.look(name) instanceof State.Making) {
      return Answer.error(409, "ServerIsBusy", "The server is busy with another operation.");
    }
    server.dropping = true;
    return accepted(() -> dropped(name), Optional.empty());
  }

  private State dropped(String name) {
    if (servers.remove(name) != null) {
      backing.remove(name);
    }
    return new State.Made("");
  }

  private Answer accepted(Supplier<State> operation, Optional<JsonNode> body) {
    var id = UUID.randomUUID().toString();
    operations.put(id, operation);
    var address =
        base
            + "/subscriptions/sandbox"
            + PROVIDER
            + "locations/westeurope/azureAsyncOperation/"
            + id
            + "?api-version=2022-12-01";
    var answer = body.map(it -> Answer.of(201, it)).orElseGet(() -> Answer.empty(202));
    return waiting(answer.with("Azure-AsyncOperation", address).with("Location", address));
  }

  private Answer waiting(Answer answer) {
    return habits.retryAfter > 0
        ? answer.with("Retry-After", Integer.toString(habits.retryAfter))
        : answer;
  }

  private Answer operation(String id) {
    var operation = operations.get(id);
    if (operation == null || habits.forgetful) {
      return Answer.error(404, "OperationNotFound", "The operation is not known.");
    }
    var body = Answer.object().put("name", id);
    return switch (operation.get()) {
      case State.Making() -> waiting(Answer.of(200, body.put("status", "InProgress")));
      case State.Made _ -> Answer.of(200, body.put("status", "Succeeded"));
      case State.Failed(var code, var message) -> {
        body.put("status", "Failed").putObject("error").put("code", code).put("message", message);
        yield Answer.of(200, body);
      }
    };
  }

  private ObjectNode body(Server server) {
    var body =
        Answer.object()
            .put(
                "id",
                "/subscriptions/sandbox/resourceGroups/sandbox"
                    + PROVIDER
                    + "flexibleServers/"
                    + server.name)
            .put("name", server.name)
            .put("type", "Microsoft.DBforPostgreSQL/flexibleServers")
            .put("location", "West Europe");
    body.set("tags", server.tags);
    var properties = body.putObject("properties").put("administratorLogin", server.administrator);
    properties.putObject("network").put("publicNetworkAccess", "Enabled");
    properties
        .putObject("backup")
        .put("backupRetentionDays", 7)
        .put("geoRedundantBackup", habits.paired.isEmpty() ? "Disabled" : "Enabled")
        .put("earliestRestoreDate", server.earliest.toString());
    var state = server.isCopy() ? backing.look(server.name) : new State.Made("");
    properties.put(
        "state",
        server.dropping
            ? "Dropping"
            : state instanceof State.Made
                ? (server.isCopy() ? "Ready" : habits.state)
                : "Provisioning");
    if (state instanceof State.Made(var address) && !address.isEmpty()) {
      properties.put("fullyQualifiedDomainName", address);
    }
    // whoever looks at it for the second time finds it gone
    if (server.dropping) {
      var _ = dropped(server.name);
    }
    return body;
  }

  private Answer rules(Call call, String name, String rule) {
    var server = servers.get(name);
    if (server == null) {
      return Answer.error(404, "ResourceNotFound", "The server '" + name + "' was not found.");
    }
    return switch (call.method()) {
      case "GET" ->
          allowed(RULES + "read")
              .orElseGet(
                  () -> {
                    var list = Answer.object();
                    var items = list.putArray("value");
                    server.rules.forEach((key, address) -> items.add(rule(key, address)));
                    return Answer.of(200, list);
                  });
      case "PUT" ->
          allowed(RULES + "write")
              .orElseGet(
                  () -> {
                    var address = call.json().path("properties").path("startIpAddress").asText();
                    server.rules.put(rule, address);
                    return accepted(() -> new State.Made(""), Optional.of(rule(rule, address)));
                  });
      case "DELETE" ->
          allowed(RULES + "delete")
              .orElseGet(
                  () -> {
                    server.rules.remove(rule);
                    return accepted(() -> new State.Made(""), Optional.empty());
                  });
      default -> Answer.error(405, "MethodNotAllowed", "There is no such call.");
    };
  }

  private static ObjectNode rule(String name, String address) {
    var rule = Answer.object().put("name", name);
    rule.putObject("properties").put("startIpAddress", address).put("endIpAddress", address);
    return rule;
  }
}
