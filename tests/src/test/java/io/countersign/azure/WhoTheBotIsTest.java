package io.countersign.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.AzureAccount.Identity;
import io.countersign.sandbox.azure.MachineIdentity;
import io.countersign.sandbox.azure.StandInAzure;
import io.countersign.sandbox.azure.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of identity with the real libraries: a token is obtained, kept while it is good, and
 * replaced before it expires; a refusal says what to do; no log holds what proves anything.
 */
@TestInstance(Lifecycle.PER_CLASS)
class WhoTheBotIsTest {
  private static final String VAULT = "https://vault.azure.net";
  private static final String NOBODY = "00000000-0000-4000-8000-00000000dead";
  private static final String SECRET = "who-the-bot-is";

  /** Less than the libraries want a token to have left. */
  private static final Duration NEARLY_OVER = Duration.ofMinutes(4);

  private AzureRig rig;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    rig = new AzureRig(temporary);
    rig.azure.vault().put(SECRET, "postgres://the-bot:" + AzureRig.PASSWORD + "@h/d");
    rig.azure.tokens().lifeOfDatabases(NEARLY_OVER);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  private int ofVault;
  private int ofDatabases;

  @BeforeEach
  void count() {
    ofVault = rig.azure.tokens().count(VAULT);
    ofDatabases = rig.azure.tokens().count(Tokens.DATABASES);
  }

  private void keptWhileGoodAndReplacedBeforeTheirTime() {
    assertThat(rig.azure.tokens().count(VAULT) - ofVault).as("one is good for an hour").isOne();
    assertThat(rig.azure.tokens().count(Tokens.DATABASES) - ofDatabases)
        .as("four minutes are not waited for")
        .isEqualTo(2);
  }

  private String asked(Identity identity) {
    var out = new ByteArrayOutputStream();
    var clients = new AzureClients(rig.account(identity, rig.account().endpoints()));
    AskingAsTheBot.said(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        "bot",
        clients,
        rig.azure.url(),
        SECRET);
    return out.toString(StandardCharsets.UTF_8);
  }

  /** What it said, and what its libraries logged. */
  private record Said(List<String> lines, String log) {
    List<String> of(String who) {
      return lines.stream()
          .filter(it -> it.startsWith(who + " "))
          .map(it -> it.substring(who.length() + 1))
          .toList();
    }
  }

  private Said asking(Map<String, String> environment, String... identities) throws Exception {
    var argv = new ArrayList<String>();
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    argv.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-classpath"));
    argv.addAll(List.of(System.getProperty("java.class.path"), AskingAsTheBot.class.getName()));
    argv.addAll(List.of(rig.azure.url().toString(), rig.azure.certificate().toString(), SECRET));
    argv.addAll(List.of(identities));
    var log = Files.createTempFile(folder, "asking", ".log");
    var builder = new ProcessBuilder(argv).redirectError(log.toFile());
    builder.environment().clear();
    builder.environment().put("AZURE_LOG_LEVEL", "verbose");
    builder.environment().put("AZURE_HTTP_LOG_DETAIL_LEVEL", "body_and_headers");
    builder.environment().putAll(environment);
    var child = builder.start();
    try {
      var out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Said(out.lines().toList(), Files.readString(log));
    } finally {
      child.destroyForcibly();
    }
  }

  private void tellsNoSecret(Said said, String... more) {
    var secrets = new ArrayList<>(List.of(AzureRig.CLIENT_SECRET, AzureRig.PASSWORD));
    secrets.addAll(rig.azure.tokens().all());
    secrets.addAll(List.of(more));
    assertThat(said.log()).as("the libraries log at their finest").contains("com.azure", "FINE");
    for (var secret : secrets) {
      assertThat(said.log()).doesNotContain(secret);
      assertThat(said.lines()).noneMatch(it -> it.contains(secret));
    }
  }

  @Test
  void an_application_with_a_secret_gets_tokens() {
    var secret = rig.file("client-secret").toString();

    assertThat(asked(new Identity.ClientSecret(StandInAzure.CLIENT, secret)).lines())
        .containsExactly(
            "bot READ the-bot", "bot READ the-bot", "bot TOKEN true", "bot TOKEN true");
    keptWhileGoodAndReplacedBeforeTheirTime();
  }

  @Test
  void a_service_account_of_a_cluster_gets_tokens_and_a_stale_or_missing_one_is_told()
      throws IOException {
    var mounted = rig.file("mounted");
    Files.writeString(mounted, AzureRig.CLIENT_SECRET);
    assertThat(asked(new Identity.Workload(StandInAzure.CLIENT, mounted.toString())).lines())
        .contains("bot READ the-bot", "bot TOKEN true");
    keptWhileGoodAndReplacedBeforeTheirTime();

    Files.writeString(mounted, "not-a-secret-of-yesterday");
    assertThat(asked(new Identity.Workload(StandInAzure.CLIENT, mounted.toString())))
        .contains("AADSTS7000215", "az ad app federated-credential list", mounted.toString())
        .doesNotContain("of-yesterday");
    Files.delete(mounted);
    assertThat(asked(new Identity.Workload(StandInAzure.CLIENT, mounted.toString())))
        .contains("cannot be read", "azure.token-file");
  }

  /** What else the pod has would be another identity, which the estate's file does not name. */
  @Test
  void a_virtual_machine_gets_tokens_also_where_a_clusters_token_lies_about() throws Exception {
    try (var machine = MachineIdentity.start(rig.azure.tokens())) {
      var environment = new TreeMap<>(machine.ofMachine());
      environment.put("AZURE_TENANT_ID", StandInAzure.TENANT);
      environment.put("AZURE_CLIENT_ID", NOBODY);
      environment.put("AZURE_FEDERATED_TOKEN_FILE", rig.file("client-secret").toString());

      var said = asking(environment, "managed", "managed:" + NOBODY);

      assertThat(said.of("managed"))
          .containsExactly("READ the-bot", "READ the-bot", "TOKEN true", "TOKEN true");
      keptWhileGoodAndReplacedBeforeTheirTime();
      assertThat(said.of("managed:" + NOBODY))
          .singleElement()
          .satisfies(
              it ->
                  assertThat(it)
                      .contains("the machine has no such identity", "az vm identity assign")
                      .contains(NOBODY));
      assertThat(machine.refused()).isOne();
      tellsNoSecret(said);
    }
  }

  @Test
  void an_app_service_gets_tokens_by_the_header_that_it_alone_knows() throws Exception {
    try (var machine = MachineIdentity.start(rig.azure.tokens())) {
      var said = asking(machine.ofService(), "managed:" + StandInAzure.CLIENT, "managed");

      assertThat(said.of("managed:" + StandInAzure.CLIENT))
          .containsExactly("READ the-bot", "READ the-bot", "TOKEN true", "TOKEN true");
      tellsNoSecret(said, machine.header());

      var wrong = new TreeMap<>(machine.ofService());
      wrong.put("IDENTITY_HEADER", "not-a-secret-wrong-header");
      var refused = asking(wrong, "managed");
      assertThat(refused.of("managed"))
          .singleElement()
          .satisfies(it -> assertThat(it).contains("gets no token", "az webapp identity assign"));
      tellsNoSecret(refused, "not-a-secret-wrong-header");
    }
  }

  /** Azure's library asks its machine for half a minute before it gives up. */
  @Tag("chaos")
  @Test
  void a_machine_that_is_not_in_azure_is_told_so() throws Exception {
    var said = asking(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1"), "managed");

    assertThat(said.of("managed"))
        .singleElement()
        .satisfies(
            it ->
                assertThat(it)
                    .contains("the machine's own identity: the connection is refused")
                    .contains("works on a machine in Azure"));
  }

  /** It answers as the program does, three times; then nobody is logged in any more. */
  private Path az() throws IOException {
    var bin = Files.createDirectories(folder.resolve("bin"));
    var token = rig.azure.tokens().grant(VAULT);
    var expires = token.until().getEpochSecond();
    var program =
        """
        #!/bin/sh
        if [ "$(grep -c asked '%1$s')" -ge 3 ]; then
          echo "ERROR: Please run 'az login' to setup account." >&2; exit 1
        fi
        echo asked >> '%1$s'
        echo '{"accessToken": "%2$s", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": %3$d, "subscription": "s", "tenant": "t", "tokenType": "Bearer"}'
        """
            .formatted(folder.resolve("az.calls"), token.text(), expires);
    Files.writeString(folder.resolve("az.calls"), "");
    var file = bin.resolve("az");
    Files.writeString(file, program);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin;
  }

  @Test
  void whoever_is_logged_in_with_az_gets_tokens_and_is_told_to_log_in_where_nobody_is()
      throws Exception {
    var path = az() + ":/usr/bin:/bin";

    var loggedOut = "cli:" + StandInAzure.TENANT;
    var said = asking(Map.of("PATH", path), "cli", loggedOut, "cli:" + NOBODY);

    assertThat(said.of("cli"))
        .containsExactly("READ the-bot", "READ the-bot", "TOKEN true", "TOKEN true");
    assertThat(Files.readAllLines(folder.resolve("az.calls")))
        .as("one for the vault, and each for databases")
        .hasSize(3);
    assertThat(said.of(loggedOut))
        .singleElement()
        .satisfies(it -> assertThat(it).contains("nobody is logged in with az", "Run az login"));
    assertThat(said.of("cli:" + NOBODY))
        .singleElement()
        .satisfies(it -> assertThat(it).contains("azure.tenant is not that of the vault"));
    tellsNoSecret(said);

    assertThat(asking(Map.of("PATH", folder.resolve("nothing").toString()), "cli").of("cli"))
        .singleElement()
        .satisfies(it -> assertThat(it).contains("az is not installed", "with az installed"));
  }
}
