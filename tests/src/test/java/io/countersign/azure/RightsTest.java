package io.countersign.azure;

import static io.countersign.azure.AzureRig.settled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.azure.AzureLook.NotSeen;
import io.countersign.estate.Login;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.sandbox.azure.Backing.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each right alone is taken away: what fails says so, the doctor says so, and the table has it. */
class RightsTest extends WithAzure {
  private static final Path TABLE = Path.of("../manifest/README.md");
  private static final String OWNER = "run1/flip";
  private static final Login LOGIN =
      new Login("db", 5432, "tenant_acme_b", "acme_app", new Secret("not-a-secret"));

  @BeforeEach
  void fresh() {
    rig.fresh();
  }

  @ParameterizedTest
  @EnumSource(Right.class)
  void each_right_that_is_missing_is_named_with_its_role_and_command(Right right)
      throws SecretUnavailable {
    var problem = without(right);

    assertThat(problem.happened()).contains(right.action());
    assertThat(problem.next()).contains("az role assignment create", right.role(), "--scope");
  }

  /** What the bot does that needs it, and what comes of that. */
  private Problem without(Right right) throws SecretUnavailable {
    var name = new SecretName("right-" + right.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    return switch (right) {
      case READ_SERVERS,
          WRITE_SERVERS,
          READ_OPERATIONS,
          READ_FIREWALL,
          WRITE_FIREWALL,
          DELETE_FIREWALL -> {
        making();
        forbid(right);
        yield ((Progress.Broken) settled(rig.bot(), rig.copy(1))).problem();
      }
      case DELETE_SERVERS -> {
        making();
        settled(rig.bot(), rig.copy(1));
        forbid(right);
        yield catchThrowableOfType(RestorerUnavailable.class, () -> rig.bot().remove(rig.copy(1)))
            .problem();
      }
      case READ_SECRETS -> {
        rig.azure.vault().put(name.value(), StoredLogin.write(LOGIN));
        forbid(right);
        yield refused(() -> rig.vault().login(name));
      }
      case LIST_SECRETS -> {
        rig.azure.vault().put(name.value(), StoredLogin.write(LOGIN));
        rig.azure.vault().disable(name.value());
        forbid(right);
        yield refused(() -> rig.vault().login(name));
      }
      case WRITE_SECRETS -> {
        forbid(right);
        yield refused(() -> rig.vault().make(name, LOGIN, OWNER));
      }
      case DELETE_SECRETS -> {
        rig.vault().make(name, LOGIN, OWNER);
        forbid(right);
        yield refused(() -> rig.vault().remove(name, OWNER));
      }
      case RECOVER_SECRETS -> {
        rig.vault().make(name, LOGIN, OWNER);
        rig.vault().remove(name, OWNER);
        forbid(right);
        yield refused(() -> rig.vault().make(name, LOGIN, OWNER));
      }
      case SEE_VAULTS -> {
        forbid(right);
        yield unseen(() -> look().missing(rig.azure.url(), true));
      }
      case SEE_RIGHTS -> {
        forbid(right);
        yield unseen(() -> look().missing());
      }
    };
  }

  private void making() {
    rig.azure.manager().habits().inherits(true);
    rig.backing.ends(3, new State.Made("copy.example.test"));
  }

  private void forbid(Right right) {
    rig.azure.faults().forbid(right.action());
  }

  private interface Deed {
    void run() throws SecretUnavailable, NotSeen;
  }

  private static Problem refused(Deed deed) {
    return catchThrowableOfType(SecretUnavailable.class, deed::run).problem();
  }

  private static Problem unseen(Deed deed) {
    return catchThrowableOfType(NotSeen.class, deed::run).problem();
  }

  private AzureLook look() {
    return new AzureLook(new AzureClients(rig.account()));
  }

  // The doctor

  @Test
  void the_doctors_look_names_exactly_the_rights_that_are_missing() throws NotSeen {
    var look = look();
    assertThat(look.missing()).isEmpty();
    assertThat(look.missing(rig.azure.url(), true).missing()).isEmpty();

    for (var right : Right.onServers()) {
      rig.azure.faults().forbid(right.action());
      assertThat(look.missing()).containsExactly(right);
      rig.azure.faults().allow(right.action());
    }
    for (var right : Right.onSecrets(true)) {
      rig.azure.faults().forbid(right.action());
      assertThat(look.missing(rig.azure.url(), true).missing()).containsExactly(right);
      rig.azure.faults().allow(right.action());
    }
  }

  @Test
  void rights_to_write_are_not_missed_where_no_run_writes() throws NotSeen {
    rig.azure.faults().forbid(Right.WRITE_SECRETS.action());

    var seen = look().missing(rig.azure.url(), false);

    assertThat(seen.missing()).isEmpty();
    assertThat(seen.scope()).contains("/providers/Microsoft.KeyVault/vaults/");
  }

  @Test
  void a_vault_that_is_elsewhere_or_has_access_policies_is_said_not_to_be_seen() {
    rig.azure.manager().habits().roles(false);
    assertThat(unseen(() -> look().missing(rig.azure.url(), true)).line())
        .contains("access policies", "az keyvault show", "Set, Delete and Recover");

    var elsewhere = java.net.URI.create("https://elsewhere.vault.azure.net");
    assertThat(unseen(() -> look().missing(elsewhere, true)).line())
        .contains("another subscription", "Key Vault Secrets Officer");
  }

  @Test
  void servers_are_found_with_what_azure_keeps_of_them() throws NotSeen {
    assertThat(look().server(AzureRig.SOURCE.name()).orElseThrow().retentionDays()).isEqualTo(7);
    assertThat(look().server("no-such")).isEmpty();
  }

  // The table

  @Test
  void the_table_in_the_manifest_has_each_right_with_what_fails_without_it_and_no_other()
      throws IOException {
    var rows =
        Files.readString(TABLE)
            .lines()
            .dropWhile(it -> !it.equals("| action | without it | role |"))
            .skip(2)
            .takeWhile(it -> it.startsWith("|"))
            .toList();

    assertThat(rows).containsExactlyElementsOf(expected());
  }

  private static List<String> expected() {
    return Arrays.stream(Right.values())
        .map(it -> "| `%s` | %s | %s |".formatted(it.action(), it.without(), it.role()))
        .toList();
  }

  /** The role that operators make of it has what the bot needs on servers, and nothing wider. */
  @Test
  void the_role_in_the_manifest_allows_each_right_on_servers() throws IOException {
    var text = Files.readString(TABLE);
    var role =
        text.substring(
            text.indexOf("\"Actions\": ["), text.indexOf("]}", text.indexOf("\"Actions\": [")));

    assertThat(Right.onServers())
        .allMatch(
            it ->
                role.contains('"' + it.action() + '"')
                    || role.contains(it.action().replaceAll("/[a-z]+$", "/*")));
    assertThat(role).contains(Right.SEE_RIGHTS.action()).doesNotContain("\"*\"");
  }
}
