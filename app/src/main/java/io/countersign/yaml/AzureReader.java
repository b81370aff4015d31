package io.countersign.yaml;

import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Endpoints;
import io.countersign.estate.AzureAccount.Identity;
import io.countersign.runbook.Near;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Reads who the bot is in Azure: {@code azure: { ... }}. */
final class AzureReader {
  private static final String ID = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
  private static final Pattern SUBSCRIPTION = Pattern.compile(ID);
  private static final Pattern TENANT = Pattern.compile(ID + "|[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._()-]{0,89}[A-Za-z0-9_()-]");

  /** Each identity and the keys it needs. */
  private static final Map<String, List<String>> IDENTITIES =
      Map.of(
          "workload", List.of("tenant", "client", "token-file"),
          "managed", List.of(),
          "client-secret", List.of("tenant", "client", "secret-file"),
          "cli", List.of());

  /** Keys that an identity may have besides. */
  private static final Map<String, List<String>> ALSO =
      Map.of("managed", List.of("client"), "cli", List.of("tenant"));

  private static final List<String> OF_IDENTITY =
      List.of("tenant", "client", "token-file", "secret-file");

  /** Stands in where the file says nothing that can be read. */
  static final AzureAccount UNREADABLE =
      new AzureAccount("", "", "", new Identity.Cli(), Endpoints.PUBLIC);

  private final BiFunction<Section, String, String> filled;

  /**
   * @param filled a key's word with its variables filled in, empty where the key is missing
   */
  AzureReader(BiFunction<Section, String, String> filled) {
    this.filled = filled;
  }

  AzureAccount read(Section file) {
    return file.section("azure").map(this::account).orElse(UNREADABLE);
  }

  private AzureAccount account(Section azure) {
    var keys = new ArrayList<>(List.of("subscription", "resource-group", "identity", "endpoints"));
    keys.addAll(OF_IDENTITY);
    azure
        .closed(keys)
        .needs("subscription", "Add the id of the subscription with the servers.")
        .needs("resource-group", "Add the resource group with the servers.")
        .needs("identity", "Say who the bot is: workload, managed, client-secret or cli.");
    var kind = azure.word("identity").orElse("");
    if (!kind.isEmpty()) {
      identity(azure, kind);
    }
    return new AzureAccount(
        shaped(azure, "subscription", SUBSCRIPTION, "It is an id with four dashes."),
        shaped(azure, "resource-group", GROUP, "Write its name, not its path."),
        shaped(azure, "tenant", TENANT, "Write the directory's id or domain."),
        who(azure, kind),
        endpoints(azure));
  }

  private static void identity(Section azure, String kind) {
    var needed = IDENTITIES.get(kind);
    if (needed == null) {
      azure.complain(
          "identity",
          "no identity is called " + kind,
          Near.hint(kind, new TreeSet<>(IDENTITIES.keySet())));
      return;
    }
    needed.forEach(it -> azure.needs(it, "identity " + kind + " needs it."));
    var known = new ArrayList<>(needed);
    known.addAll(ALSO.getOrDefault(kind, List.of()));
    OF_IDENTITY.stream()
        .filter(it -> azure.has(it) && !known.contains(it))
        .forEach(
            it ->
                azure.complain(
                    it,
                    it + " means nothing with identity " + kind,
                    "Remove it, or correct identity."));
  }

  private Identity who(Section azure, String kind) {
    var client = shaped(azure, "client", SUBSCRIPTION, "It is an id with four dashes.");
    return switch (kind) {
      case "workload" -> new Identity.Workload(client, filled.apply(azure, "token-file"));
      case "managed" -> new Identity.Managed(client);
      case "client-secret" -> new Identity.ClientSecret(client, filled.apply(azure, "secret-file"));
      default -> new Identity.Cli();
    };
  }

  private String shaped(Section section, String key, Pattern shape, String form) {
    var word = filled.apply(section, key);
    if (!word.isEmpty() && !shape.matcher(word).matches()) {
      section.complain(key, word + " is no " + key, form);
    }
    return word;
  }

  private Endpoints endpoints(Section azure) {
    if (!azure.has("endpoints")) {
      return Endpoints.PUBLIC;
    }
    return azure.section("endpoints").map(this::named).orElse(Endpoints.PUBLIC);
  }

  private Endpoints named(Section section) {
    section
        .closed(List.of("resource-manager", "login", "certificates"))
        .needs("resource-manager", "Add such as https://management.usgovcloudapi.net.")
        .needs("login", "Add such as https://login.microsoftonline.us.");
    return new Endpoints(
        address(section, "resource-manager").orElse(Endpoints.PUBLIC.resourceManager()),
        address(section, "login").orElse(Endpoints.PUBLIC.login()),
        filled.apply(section, "certificates"));
  }

  /** A server by https, nothing after its name and port. */
  Optional<URI> address(Section section, String key) {
    var word = filled.apply(section, key);
    if (word.isEmpty()) {
      return Optional.empty();
    }
    try {
      var address = new URI(word.endsWith("/") ? word.substring(0, word.length() - 1) : word);
      if ("https".equals(address.getScheme())
          && address.getHost() != null
          && address.getRawUserInfo() == null
          && String.valueOf(address.getRawPath()).isEmpty()
          && address.getRawQuery() == null) {
        return Optional.of(address);
      }
    } catch (URISyntaxException other) {
      // said below
    }
    section.complain(
        key, word + " is no address for " + key, "Write https:// and a name, nothing after it.");
    return Optional.empty();
  }
}
