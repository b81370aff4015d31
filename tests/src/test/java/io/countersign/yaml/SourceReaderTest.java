package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.Access;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Endpoints;
import io.countersign.estate.AzureAccount.Identity;
import io.countersign.estate.Estate;
import io.countersign.estate.PastSource;
import io.countersign.estate.SecretSource;
import io.countersign.estate.Tls;
import io.countersign.runbook.Complaint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where secrets and the past lie: what goes together, and what does not. */
class SourceReaderTest {
  private static final Path ON_AZURE = Path.of("../manifest/estates/azure/medsuite.yaml");
  private static final Path ON_THIS_HOST = Path.of("../manifest/estates/medsuite.yaml");
  private static final String ID = "00000000-0000-4000-8000-00000000000";
  private static final Map<String, String> VARIABLES =
      Map.ofEntries(
          Map.entry("AZURE_SUBSCRIPTION_ID", ID + "1"),
          Map.entry("AZURE_TENANT_ID", ID + "2"),
          Map.entry("AZURE_CLIENT_ID", ID + "3"),
          Map.entry("AZURE_FEDERATED_TOKEN_FILE", "/token"),
          Map.entry("MEDSUITE_RESOURCE_GROUP", "medsuite-prod"),
          Map.entry("MEDSUITE_KEY_VAULT", "https://medsuite.vault.azure.net/"),
          Map.entry("MEDSUITE_BOT_ADDRESS", "203.0.113.7"),
          Map.entry("MEDSUITE_SECRETS", "/secrets"),
          Map.entry("MEDSUITE_BASE_BACKUPS", "/b"),
          Map.entry("MEDSUITE_ARCHIVE", "/a"),
          Map.entry("MEDSUITE_COPIES", "/c"),
          Map.entry("MEDSUITE_BACKUPS", "/d"));

  private static EstateReader.Read read(String text) {
    return EstateReader.read("it", text, it -> Optional.ofNullable(VARIABLES.get(it)));
  }

  private static Estate valid(String text) {
    var read = read(text);
    assertThat(read).isInstanceOf(EstateReader.Read.Valid.class);
    return ((EstateReader.Read.Valid) read).estate();
  }

  private static List<Complaint> complaints(String text) {
    return read(text) instanceof EstateReader.Read.Invalid(var complaints) ? complaints : List.of();
  }

  private static String onAzure() throws IOException {
    return Files.readString(ON_AZURE);
  }

  @Test
  void the_shipped_file_for_azure_is_valid() throws IOException {
    var estate = valid(onAzure());

    var azure =
        new AzureAccount(
            ID + "1",
            "medsuite-prod",
            ID + "2",
            new Identity.Workload(ID + "3", "/token"),
            Endpoints.PUBLIC);
    assertThat(estate.secrets())
        .isEqualTo(
            new SecretSource.KeyVault(URI.create("https://medsuite.vault.azure.net"), azure));
    assertThat(estate.restore())
        .isEqualTo(
            new PastSource.OnAzure(
                azure,
                Optional.of("203.0.113.7"),
                Duration.ofMinutes(15),
                Duration.ofDays(1),
                Optional.empty(),
                ""));
  }

  @Test
  void the_shipped_file_for_azure_is_the_same_product() throws IOException {
    assertThat(product(ON_AZURE)).isEqualTo(product(ON_THIS_HOST)).isNotEmpty();
  }

  /** Without its first lines and without where things lie. */
  private static String product(Path file) throws IOException {
    var text = Files.readString(file);
    var end = text.contains("\n# The bot is a") ? "\n# The bot is a" : "\nsecrets:\n";
    return text.substring(text.indexOf("estate: medsuite"), text.indexOf(end));
  }

  @Test
  void secrets_may_lie_in_a_folder_and_the_past_in_azure() throws IOException {
    var mixed =
        onAzure().replaceAll("(?m)^  key-vault: .*$", "  folder: \"\\${env.MEDSUITE_SECRETS}\"");

    assertThat(valid(mixed).secrets()).isEqualTo(new SecretSource.Folder("/secrets"));
    assertThat(valid(mixed).restore()).isInstanceOf(PastSource.OnAzure.class);
  }

  @Test
  void servers_may_be_in_a_private_network() throws IOException {
    var estate = valid(onAzure().replaceAll("let-in: \\S+", "let-in: private"));

    assertThat(((PastSource.OnAzure) estate.restore()).letIn()).isEmpty();
  }

  @Test
  void servers_in_azure_are_verified_by_themselves_and_others_where_the_file_says_so()
      throws IOException {
    assertThat(valid(onAzure()).access())
        .isEqualTo(new Access(new Tls.Verified(""), Optional.empty()));
    assertThat(valid(onAzure() + "\ntls: { mode: verify-full, authorities: /ca.pem }\n").access())
        .isEqualTo(new Access(new Tls.Verified("/ca.pem"), Optional.empty()));

    var here = Files.readString(ON_THIS_HOST);
    assertThat(valid(here).access()).isEqualTo(Access.PLAIN);
    assertThat(valid(here + "\ntls: { mode: prefer }\n").access()).isEqualTo(Access.PLAIN);
    assertThat(valid(here + "\ntls: { mode: verify-full }\n").access().tls())
        .isEqualTo(new Tls.Verified(""));
    assertThat(complaints(here + "\ntls: { mode: prefer, authorities: /ca.pem }\n"))
        .extracting(Complaint::message)
        .containsExactly("authorities mean nothing with mode prefer, which verifies nothing");
  }

  @Test
  void a_server_that_takes_tokens_needs_azure_and_is_verified_wherever_the_past_lies()
      throws IOException {
    var servers = "\nservers: { pg-us-east-1: { entra-user: countersign-bot } }\n";
    var here = Files.readString(ON_THIS_HOST) + servers;
    assertThat(complaints(here))
        .extracting(Complaint::message)
        .containsExactly("key azure is missing");

    var access = valid(here + "\nazure:\n" + azureOf(onAzure())).access();

    assertThat(access.tls()).isEqualTo(new Tls.Verified(""));
    assertThat(access.entra().orElseThrow().users())
        .isEqualTo(Map.of("pg-us-east-1", "countersign-bot"));
    assertThat(access.entra().orElseThrow().azure().resourceGroup()).isEqualTo("medsuite-prod");
  }

  @Test
  void another_cloud_has_other_endpoints() throws IOException {
    var estate =
        valid(
            onAzure()
                .replace(
                    "\nazure:\n",
                    "\nazure:\n  endpoints: { resource-manager: https://management.example.test,"
                        + " login: https://login.example.test, certificates: /ca.pem }\n"));

    assertThat(((PastSource.OnAzure) estate.restore()).azure().endpoints())
        .isEqualTo(
            new Endpoints(
                URI.create("https://management.example.test"),
                URI.create("https://login.example.test"),
                "/ca.pem"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "secrets:\\n|secrets:\\n  folder: /s\\n|not in both",
        "restore:\\n|restore:\\n  base-backups: /b\\n|means nothing beside azure",
        "identity: workload|identity: workloda|no identity is called workloda",
        "identity: workload|identity: managed|tenant means nothing with identity managed",
        "identity: workload|identity: client-secret|key secret-file is missing",
        "\\n  tenant: \\S+||key tenant is missing",
        "subscription: \\S+|subscription: mine|mine is no subscription",
        "resource-group: \\S+|resource-group: /subscriptions/x|is no resource-group",
        "key-vault: \\S+|key-vault: http://medsuite.vault.azure.net|is no address for key-vault",
        "key-vault: \\S+|key-vault: https://x.example/secrets|is no address for key-vault",
        "let-in: \\S+|let-in: 0.0.0.0|is not one address",
        "let-in: \\S+|let-in: 10.0.0.0/8|is not one address",
        "let-in: \\S+|let-in: 300.1.1.1|is not one address",
        "\\s+let-in: \\S+||key let-in is missing",
        "behind: 15m|behind: 2h|behind is more than 1h",
        "keep: 1d|keep: 30d|keep is more than 7d",
        "keep: 1d|kept: 1d|key kept is not known here",
        "identity: workload|identity: workload\\n"
            + "  endpoints: { login: https://l.example }|key resource-manager is missing",
        "login: registry-admin|login: registry_admin|no name of a secret in a key vault",
        "AZURE_CLIENT_ID|AZURE_KLIENT_ID|the variable AZURE_KLIENT_ID is not set",
        "\\nazure:|\\ntls: { mode: require }\\nazure:|mode require does not verify",
        "\\nazure:|\\ntls: { mode: verify-ca }\\nazure:|mode verify-ca does not verify",
        "\\nazure:|\\ntls: { mode: prefer }\\nazure:|mode prefer does not verify",
        "\\nazure:|\\ntls: { mode: verify-fully }\\nazure:|no mode is called verify-fully",
        "\\nazure:|\\ntls: { authorities: /ca.pem }\\nazure:|key mode is missing",
        "\\nazure:|\\nservers: { pg-1: { entra-user: \"a:b\" } }\\nazure:|is no name of a role"
      })
  void what_does_not_go_together_is_said_with_its_line_and_a_hint(
      String what, String instead, String said) throws IOException {
    var replacement = instead == null ? "" : instead.replace("\\n", "\n");

    var complaints = complaints(onAzure().replaceFirst(what.replace("\\n", "\n"), replacement));

    assertThat(complaints)
        .filteredOn(it -> it.message().contains(said))
        .singleElement()
        .satisfies(it -> assertThat(it.hint()).isNotBlank())
        .satisfies(it -> assertThat(it.line()).isNotNegative());
  }

  @Test
  void an_azure_that_nothing_uses_and_one_that_is_missing_are_named() throws IOException {
    var unused = Files.readString(ON_THIS_HOST) + "\nazure:\n" + azureOf(onAzure());
    assertThat(complaints(unused))
        .extracting(Complaint::message)
        .containsExactly("nothing in this file uses azure");

    var without = onAzure().replace("\nazure:\n" + azureOf(onAzure()), "\n");
    assertThat(complaints(without))
        .extracting(Complaint::message)
        .containsExactly("key azure is missing");
  }

  private static String azureOf(String text) {
    return text.substring(text.indexOf("  subscription:"), text.indexOf("\nsecrets:\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secrets: x", "restore: [x]", "azure: x", "restore: { azure: x }"})
  void words_where_keys_belong_are_named_and_nothing_breaks(String line) throws IOException {
    var key = line.substring(0, line.indexOf(':'));
    var text = onAzure().replaceFirst("(?ms)^" + key + ":\n(  .*?\n)+", line + "\n");

    assertThat(complaints(text)).isNotEmpty();
  }
}
