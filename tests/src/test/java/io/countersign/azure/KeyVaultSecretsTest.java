package io.countersign.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.sandbox.azure.Faults;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyVaultSecretsTest extends WithAzure {
  private static final String PASSWORD = "not-a-secret-p%40ss/w:rd";
  private static final String JSON =
      """
      {"host": "pg.example.test", "port": 5432, "database": "tenant_acme", "user": "acme_app", "password": "%s"}
      """
          .formatted(PASSWORD);

  /** Each test has names of its own: removed ones stay taken. */
  @BeforeEach
  void fresh() {
    rig.fresh();
  }

  private static SecretName name(String name) {
    return new SecretName(name);
  }

  private static Login login(String password) {
    return new Login("pg.example.test", 5432, "tenant_acme_b", "acme_app", new Secret(password));
  }

  private Problem refused(String name) {
    return problem(() -> rig.vault().login(name(name)));
  }

  private interface Act {
    void run() throws SecretUnavailable;
  }

  private static Problem problem(Act act) {
    return catchThrowableOfType(SecretUnavailable.class, act::run).problem();
  }

  @Test
  void a_login_in_json_is_read_in_its_newest_version() throws SecretUnavailable {
    rig.azure.vault().put("of-json", "{}");
    rig.azure.vault().put("of-json", JSON);

    var login = rig.vault().login(name("of-json"));

    assertThat(login.host()).isEqualTo("pg.example.test");
    assertThat(login.database()).isEqualTo("tenant_acme");
    assertThat(login.password().reveal()).isEqualTo(PASSWORD);
  }

  @ParameterizedTest
  @CsvSource({
    "postgres://app:not%2Da%40secret@pg.example.test:6432/tenant_acme, 6432, not-a@secret",
    "postgresql://app:not-a+secret@pg.example.test/tenant_acme?sslmode=require, 5432, not-a+secret"
  })
  void the_connection_strings_of_products_are_logins_too(String value, int port, String password)
      throws SecretUnavailable {
    rig.azure.vault().put("of-address-" + port, value);

    var login = rig.vault().login(name("of-address-" + port));

    assertThat(login.user()).isEqualTo("app");
    assertThat(login.port()).isEqualTo(port);
    assertThat(login.database()).isEqualTo("tenant_acme");
    assertThat(login.password().reveal()).isEqualTo(password);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not-a-secret-but-a-word",
        "{\"host\": \"h\", \"port\": \"x\", \"database\": \"d\", \"user\": \"u\", \"password\":"
            + " \"not-a-secret\"}",
        "postgres://not-a-secret@h/d",
        "postgres://u:not-a-secret@h",
        "postgres://u:not-a-secret@h:99999/d",
        "postgres://u:%zznot-a-secret@h/d",
        "mysql://u:not-a-secret@h/d"
      })
  void what_is_no_login_is_refused_and_never_quoted(String value) {
    rig.azure.vault().put("no-login", value);

    var problem = refused("no-login");

    assertThat(problem.happened()).contains("is no login");
    assertThat(problem.line()).doesNotContain("not-a-secret");
  }

  @Test
  void a_missing_secret_is_named_with_what_to_look_for() {
    assertThat(refused("nowhere").line()).contains("nowhere", "show-deleted", "az keyvault secret");
  }

  @Test
  void a_disabled_secret_is_told_from_a_forbidden_one() {
    rig.azure.vault().put("switched-off", JSON);
    rig.azure.vault().disable("switched-off");

    assertThat(refused("switched-off").line()).contains("disabled", "--enabled true");

    rig.azure.faults().forbid(Right.LIST_SECRETS.action());
    assertThat(refused("switched-off").line()).contains("403", "Key Vault Secrets User");
  }

  @Test
  void a_vault_that_is_busy_briefly_is_asked_again_and_one_that_stays_busy_is_told() {
    rig.azure.vault().put("busy", JSON);
    rig.azure.faults().refuse(Faults.calls("GET", "/secrets/busy"), 100, Faults.tooMany(120));
    rig.azure.vault().put("busy-briefly", JSON);

    assertThat(refused("busy").line()).contains("429", "120 seconds");
    assertThat(rig.azure.faults().count("GET", "/secrets/busy")).isLessThanOrEqualTo(2);
  }

  @Test
  void a_token_that_the_vault_takes_no_more_is_asked_for_anew() throws SecretUnavailable {
    rig.azure.vault().put("revoked", JSON);
    rig.vault().login(name("revoked"));
    rig.azure.tokens().revoke();

    assertThat(rig.vault().login(name("revoked")).user()).isEqualTo("acme_app");
  }

  @Test
  void a_name_that_key_vault_does_not_take_is_refused_before_it_is_sent() {
    assertThat(refused("tenant_db_acme").next()).contains("letters, digits and dashes");
    assertThat(rig.azure.faults().calls()).isEmpty();
  }

  @Test
  void a_vault_that_has_no_name_or_no_trusted_certificate_is_told_with_the_cause() {
    var nowhere = rig.vault(URI.create("https://no-such-vault.invalid"));
    assertThat(problem(() -> nowhere.login(name("any"))).happened()).contains("name cannot be");
  }

  // Secrets that runs make

  @Test
  void what_an_owner_removed_it_can_make_again_and_nobody_else_can() throws SecretUnavailable {
    var vault = rig.vault();
    vault.make(name("again"), login("one"), "run1/flip");
    vault.remove(name("again"), "run1/flip");
    vault.remove(name("again"), "run1/flip");
    assertThat(rig.azure.vault().isRemoved("again")).isTrue();

    assertThat(problem(() -> vault.make(name("again"), login("two"), "run2/flip")).line())
        .contains("removed secret", "az keyvault secret recover");
    vault.make(name("again"), login("two"), "run1/flip");

    assertThat(vault.login(name("again")).password().reveal()).isEqualTo("two");
  }

  @Test
  void forbidden_writing_names_the_role() {
    rig.azure.faults().forbid(Right.WRITE_SECRETS.action());

    assertThatThrownBy(() -> rig.vault().make(name("not-made"), login("x"), "run1/flip"))
        .hasMessageContaining("Key Vault Secrets Officer")
        .hasMessageContaining(Right.WRITE_SECRETS.action());
  }
}
