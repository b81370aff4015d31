package io.countersign.sandbox.azure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/** Secrets in versions; removed ones are kept, and their names stay taken. */
public final class Vault {
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z-]{1,127}");
  private static final String GET = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
  private static final String SET = "Microsoft.KeyVault/vaults/secrets/setSecret/action";
  private static final String LIST = "Microsoft.KeyVault/vaults/secrets/readMetadata/action";
  private static final String DELETE = "Microsoft.KeyVault/vaults/secrets/delete";
  private static final String RECOVER = "Microsoft.KeyVault/vaults/secrets/recover/action";

  private final Clock clock;
  private final Faults faults;
  private final Map<String, List<Version>> secrets = new TreeMap<>();
  private final Map<String, List<Version>> removed = new TreeMap<>();
  private final Set<String> unreadable = new TreeSet<>();
  private String base = "";

  Vault(Clock clock, Faults faults) {
    this.clock = clock;
    this.faults = faults;
  }

  void at(String address) {
    base = address;
  }

  private static final class Version {
    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final String value;
    private final JsonNode tags;
    private final long created;
    private boolean enabled = true;

    Version(String value, JsonNode tags, long created) {
      this.value = value;
      this.tags = tags;
      this.created = created;
    }
  }

  /** Stores a value, as an administrator would. */
  public synchronized void put(String name, String value) {
    add(name, value, Answer.object());
  }

  /** Disables the latest version. */
  public synchronized void disable(String name) {
    Objects.requireNonNull(secrets.get(name)).getLast().enabled = false;
  }

  /** Removes one; its name stays taken. */
  public synchronized void remove(String name) {
    removed.put(name, Objects.requireNonNull(secrets.remove(name)));
  }

  /** Has one secret be read by nobody. */
  public synchronized void forbid(String name) {
    unreadable.add(name);
  }

  /** How many versions there are. */
  public synchronized int versions(String name) {
    return secrets.getOrDefault(name, List.of()).size();
  }

  public synchronized boolean isRemoved(String name) {
    return removed.containsKey(name);
  }

  private Version add(String name, String value, JsonNode tags) {
    var version = new Version(value, tags, clock.instant().getEpochSecond());
    secrets.computeIfAbsent(name, _ -> new ArrayList<>()).add(version);
    return version;
  }

  synchronized Answer answer(Call call) {
    var parts = call.path().substring(1).split("/", -1);
    var name = parts.length > 1 ? parts[1] : "";
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      return Answer.error(400, "BadParameter", "The name of the secret is not valid.");
    }
    var rest = parts.length > 2 ? parts[2] : "";
    if (parts[0].equals("deletedsecrets")) {
      return ofRemoved(call.method(), name, rest);
    }
    return switch (call.method()) {
      case "GET" ->
          rest.equals("versions")
              ? allowed(LIST).orElseGet(() -> versionsOf(name))
              : allowed(GET).orElseGet(() -> get(name, rest));
      case "PUT" -> allowed(SET).orElseGet(() -> set(name, call));
      case "DELETE" -> allowed(DELETE).orElseGet(() -> delete(name));
      default -> Answer.error(405, "BadMethod", "There is no such call.");
    };
  }

  private Optional<Answer> allowed(String action) {
    return faults.isForbidden(action)
        ? Optional.of(
            Answer.error(403, "Forbidden", "Caller is not authorized to perform " + action + "."))
        : Optional.empty();
  }

  private static Answer missing(String name) {
    return Answer.error(
        404, "SecretNotFound", "A secret with the name " + name + " was not found.");
  }

  private Answer get(String name, String version) {
    if (unreadable.contains(name)) {
      return Answer.error(403, "Forbidden", "Caller is not authorized to perform " + GET + ".");
    }
    var found =
        secrets.getOrDefault(name, List.of()).reversed().stream()
            .filter(it -> version.isEmpty() || it.id.equals(version))
            .findFirst();
    if (found.isEmpty()) {
      return missing(name);
    }
    return found.get().enabled
        ? Answer.of(200, bundle(name, found.get()).put("value", found.get().value))
        : Answer.error(403, "Forbidden", "Operation get is not allowed on a disabled secret.");
  }

  private Answer versionsOf(String name) {
    var list = Answer.object();
    var items = list.putArray("value");
    secrets.getOrDefault(name, List.of()).forEach(it -> items.add(bundle(name, it)));
    list.putNull("nextLink");
    return Answer.of(200, list);
  }

  private Answer set(String name, Call call) {
    if (removed.containsKey(name)) {
      return Answer.error(
          409, "Conflict", "Secret " + name + " is currently in a deleted but recoverable state.");
    }
    var wanted = call.json();
    var made = add(name, wanted.path("value").asText(), wanted.path("tags"));
    return Answer.of(200, bundle(name, made).put("value", made.value));
  }

  private Answer delete(String name) {
    var gone = secrets.remove(name);
    if (gone == null) {
      return missing(name);
    }
    removed.put(name, gone);
    return Answer.of(200, removedBundle(name, gone.getLast()));
  }

  private Answer ofRemoved(String method, String name, String rest) {
    var kept = removed.get(name);
    if (kept == null) {
      return missing(name);
    }
    if (method.equals("POST") && rest.equals("recover")) {
      return allowed(RECOVER)
          .orElseGet(
              () -> {
                secrets.put(name, kept);
                removed.remove(name);
                return Answer.of(200, bundle(name, kept.getLast()));
              });
    }
    return allowed(LIST).orElseGet(() -> Answer.of(200, removedBundle(name, kept.getLast())));
  }

  private ObjectNode removedBundle(String name, Version version) {
    return bundle(name, version)
        .put("recoveryId", base + "/deletedsecrets/" + name)
        .put("deletedDate", clock.instant().getEpochSecond())
        .put("scheduledPurgeDate", clock.instant().getEpochSecond() + 86_400 * 90);
  }

  private ObjectNode bundle(String name, Version version) {
    var bundle = Answer.object().put("id", base + "/secrets/" + name + "/" + version.id);
    bundle
        .putObject("attributes")
        .put("enabled", version.enabled)
        .put("created", version.created)
        .put("updated", version.created)
        .put("recoveryLevel", "Recoverable+Purgeable");
    if (version.tags.isObject()) {
      bundle.set("tags", version.tags);
    }
    return bundle;
  }
}
