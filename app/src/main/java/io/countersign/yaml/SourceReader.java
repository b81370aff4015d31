package io.countersign.yaml;

import io.countersign.estate.Access;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.Estate;
import io.countersign.estate.PastSource;
import io.countersign.estate.SecretSource;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Reads where an estate's secrets and its past lie: on this host or in Azure. */
final class SourceReader {
  private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.|$)){4}");
  private static final String PRIVATE = "private";
  private static final List<String> OF_ARCHIVE = List.of("base-backups", "archive", "copies");
  private static final Duration BEHIND = Duration.ofMinutes(15);
  private static final Duration LONGEST_BEHIND = Duration.ofHours(1);
  private static final Duration KEEP = Duration.ofDays(1);
  private static final Duration LONGEST_KEEP = Duration.ofDays(7);
  private static final Pattern VAULT_NAME = Pattern.compile("[0-9A-Za-z-]{1,127}");
  private static final Pattern REGION = Pattern.compile("[a-z]+[a-z0-9]{1,40}");
  private static final URI NO_VAULT = URI.create("https://localhost");

  private final Section file;
  private final BiFunction<Section, String, String> filled;
  private final AzureReader azureReader;
  private final AzureAccount azure;

  /**
   * @param filled a key's word with its variables filled in, empty where the key is missing
   */
  SourceReader(Section file, BiFunction<Section, String, String> filled) {
    this.file = file;
    this.filled = filled;
    this.azureReader = new AzureReader(filled);
    var secrets = inner("secrets", "key-vault");
    var restore = inner("restore", "azure");
    var tokens = AccessReader.hasTokens(file);
    if (file.has("azure") && !secrets && !restore && !tokens) {
      file.complain(
          "azure",
          "nothing in this file uses azure",
          "Add secrets.key-vault, restore.azure or a server's entra-user, or remove it.");
    }
    if (!file.has("azure") && (secrets || restore || tokens)) {
      file.needs("azure", "Say where the bot is in Azure, and who: manifest/README.md shows how.");
    }
    this.azure = file.has("azure") ? azureReader.read(file) : AzureReader.UNREADABLE;
  }

  private boolean inner(String section, String key) {
    return file.has(section) && file.section(section).filter(it -> it.has(key)).isPresent();
  }

  Access access() {
    return new AccessReader(file, filled).read(azure, inner("restore", "azure"));
  }

  SecretSource secrets() {
    var section = file.section("secrets");
    if (section.isEmpty()) {
      return new SecretSource.Folder("");
    }
    var it = section.get().closed(List.of("folder", "key-vault"));
    if (!it.has("key-vault")) {
      it.needs("folder", "Add the folder with the logins, or key-vault.");
      return new SecretSource.Folder(filled.apply(it, "folder"));
    }
    if (it.has("folder")) {
      it.complain(
          "folder",
          "secrets lie in a folder or in a key vault, not in both",
          "Remove one of them.");
    }
    var vault = azureReader.address(it, "key-vault");
    names();
    return new SecretSource.KeyVault(vault.orElse(NO_VAULT), azure);
  }

  /** Key Vault is stricter about names than a folder. */
  private void names() {
    file.section("registry")
        .ifPresent(
            registry ->
                registry
                    .word("login")
                    .filter(it -> !VAULT_NAME.matcher(it).matches())
                    .ifPresent(
                        it ->
                            registry.complain(
                                "login",
                                it + " is no name of a secret in a key vault",
                                "Only letters, digits and dashes.")));
  }

  PastSource restore() {
    var section = file.section("restore");
    if (section.isEmpty()) {
      return new Estate.RestoreSource("", "", "", "");
    }
    return section.get().has("azure") ? onAzure(section.get()) : archive(section.get());
  }

  private Estate.RestoreSource archive(Section section) {
    section
        .closed(List.of("base-backups", "archive", "copies", "programs", "azure"))
        .needs("base-backups", "Add the folder with the base backups.")
        .needs("archive", "Add the folder with the archived WAL.")
        .needs("copies", "Add the folder in which copies of servers are made.");
    return new Estate.RestoreSource(
        filled.apply(section, "base-backups"),
        filled.apply(section, "archive"),
        filled.apply(section, "copies"),
        filled.apply(section, "programs"));
  }

  private PastSource onAzure(Section section) {
    section.closed(List.of("base-backups", "archive", "copies", "programs", "azure"));
    OF_ARCHIVE.stream()
        .filter(section::has)
        .forEach(
            it ->
                section.complain(
                    it,
                    it + " means nothing beside azure: the service keeps the past",
                    "Remove it, or azure."));
    var programs = filled.apply(section, "programs");
    return section
        .section("azure")
        .map(it -> onAzure(it, programs))
        .orElseGet(
            () ->
                new PastSource.OnAzure(
                    azure, Optional.empty(), BEHIND, KEEP, Optional.empty(), programs));
  }

  private PastSource onAzure(Section section, String programs) {
    section
        .closed(List.of("let-in", "behind", "keep", "paired-region"))
        .needs(
            "let-in",
            "Add the bot's public address, which alone may reach a copy, or private where the"
                + " servers are in a private network.");
    var letIn = filled.apply(section, "let-in");
    if (!letIn.isEmpty() && !letIn.equals(PRIVATE) && !isOneAddress(letIn)) {
      section.complain(
          "let-in",
          letIn + " is not one address",
          "Write one IPv4 address, such as 203.0.113.7, or private. A copy holds every tenant.");
    }
    return new PastSource.OnAzure(
        azure,
        Optional.of(letIn).filter(it -> !it.isEmpty() && !it.equals(PRIVATE)),
        limited(section, "behind", BEHIND, LONGEST_BEHIND),
        limited(section, "keep", KEEP, LONGEST_KEEP),
        pairedRegion(section),
        programs);
  }

  private Optional<String> pairedRegion(Section section) {
    var region = filled.apply(section, "paired-region");
    if (!region.isEmpty() && !REGION.matcher(region).matches()) {
      section.complain(
          "paired-region",
          region + " is no name of a region",
          "Write it as az account list-locations does, such as northeurope.");
    }
    return Optional.of(region).filter(it -> !it.isEmpty());
  }

  /** 0.0.0.0 is Azure's word for every service of every customer of Azure. */
  private static boolean isOneAddress(String word) {
    return IPV4.matcher(word).matches() && !word.equals("0.0.0.0");
  }

  private static Duration limited(Section section, String key, Duration preset, Duration most) {
    var found = section.duration(key).orElse(preset);
    if (found.compareTo(most) > 0) {
      section.complain(
          key,
          key + " is more than " + io.countersign.runbook.Readings.written(most),
          "Write less; " + io.countersign.runbook.Readings.written(preset) + " is usual.");
      return preset;
    }
    return found;
  }
}
