package io.countersign.yaml;

import io.countersign.estate.Access;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.Tls;
import io.countersign.runbook.Near;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Reads how the bot comes into the servers: {@code tls}, and {@code entra-user} of each server. */
final class AccessReader {
  /** Beside a server's neighbours. */
  static final String ENTRA_USER = "entra-user";

  private static final String VERIFIED = "verify-full";
  private static final String OFFERED = "prefer";
  private static final List<String> MODES = List.of(VERIFIED, OFFERED);

  /** What leaves a server's name or issuer unverified; PostgreSQL's words. */
  private static final List<String> LOWER =
      List.of("disable", "allow", OFFERED, "require", "verify-ca");

  /** A role as PostgreSQL has it: what follows in a pass file or a command must not be cut off. */
  private static final Pattern USER = Pattern.compile("[^\\s\"'\\\\:][^\"'\\\\:\\n]{0,62}");

  private final Section file;
  private final BiFunction<Section, String, String> filled;

  /**
   * @param filled a key's word with its variables filled in, empty where the key is missing
   */
  AccessReader(Section file, BiFunction<Section, String, String> filled) {
    this.file = file;
    this.filled = filled;
  }

  /** Whether a server of the file takes tokens. */
  static boolean hasTokens(Section file) {
    return file.has("servers")
        && file.section("servers")
            .filter(it -> it.sections().values().stream().anyMatch(one -> one.has(ENTRA_USER)))
            .isPresent();
  }

  /**
   * @param onAzure whether the servers are Azure's, and reached over networks of others
   */
  Access read(AzureAccount azure, boolean onAzure) {
    var users = users();
    return new Access(
        tls(onAzure || !users.isEmpty()),
        users.isEmpty() ? Optional.empty() : Optional.of(new Access.Entra(azure, users)));
  }

  private Map<String, String> users() {
    var users = new HashMap<String, String>();
    if (file.has("servers")) {
      file.section("servers")
          .ifPresent(
              it ->
                  it.sections()
                      .forEach((name, server) -> user(server).ifPresent(u -> users.put(name, u))));
    }
    return users;
  }

  private static Optional<String> user(Section server) {
    var user = server.word(ENTRA_USER);
    if (user.isPresent() && !USER.matcher(user.get()).matches()) {
      server.complain(
          ENTRA_USER,
          user.get() + " is no name of a role",
          "Write the bot's role on this server, as pgaadauth_create_principal was told it.");
      return Optional.empty();
    }
    return user;
  }

  private Tls tls(boolean onAzure) {
    Tls preset = onAzure ? new Tls.Verified("") : new Tls.AsOffered();
    return file.has("tls")
        ? file.section("tls").map(it -> named(it, onAzure)).orElse(preset)
        : preset;
  }

  private Tls named(Section section, boolean onAzure) {
    section.closed(List.of("mode", "authorities")).needs("mode", "Write verify-full or prefer.");
    var mode = section.word("mode").orElse(VERIFIED);
    if (onAzure && LOWER.contains(mode)) {
      section.complain(
          "mode",
          "mode " + mode + " does not verify that a server in Azure is the one it says",
          "Write verify-full, or remove tls: servers in Azure are verified by themselves.");
    } else if (!MODES.contains(mode)) {
      section.complain("mode", "no mode is called " + mode, Near.hint(mode, MODES));
    }
    if (mode.equals(OFFERED) && section.has("authorities")) {
      section.complain(
          "authorities",
          "authorities mean nothing with mode prefer, which verifies nothing",
          "Remove it, or write verify-full.");
    }
    return mode.equals(OFFERED)
        ? new Tls.AsOffered()
        : new Tls.Verified(filled.apply(section, "authorities"));
  }
}
