package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.SecretStore.SecretUnavailable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the bot relies on in every store of secrets, whatever it is. */
public abstract class SecretStoreContract {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final String CANARY = "not-a-secret-canary-3f9d";
  private static final String OWNER = "7k2m9qxd/secret.make";
  private static final String OTHER = "00000000/secret.make";

  /** The store, which is both. */
  protected abstract SecretStore secrets();

  protected abstract OwnSecrets own();

  /** Stores a value, as an administrator does; a new version where the name is taken. */
  protected abstract void put(String name, String value) throws IOException;

  /** An administrator's doing with a secret that is there. */
  @FunctionalInterface
  protected interface Doing {
    void to(String name) throws IOException;
  }

  /** All that keeps a secret which is there from being read, by what it is called. */
  protected abstract Map<String, Doing> unreadable();

  /** Of its own for each test: a store may keep the names of what was removed. */
  private static SecretName name() {
    return new SecretName("contract-" + NAMES.incrementAndGet());
  }

  private static String json(String password) {
    return "{\"host\": \"db\", \"port\": 5432, \"database\": \"d\", \"user\": \"u\", \"password\":"
        + " \"%s\"}".formatted(password);
  }

  private static Login login(String password) {
    return new Login("db.internal", 5432, "tenant_acme_b", "acme_app", new Secret(password));
  }

  /** Why it was refused; nothing that is printed of it holds the password. */
  private static String refused(ThrowingCallable act) {
    var thrown = catchThrowableOfType(SecretUnavailable.class, act);
    assertThat(thrown).isNotNull();
    var printed = new StringWriter();
    thrown.printStackTrace(new PrintWriter(printed, true));
    assertThat(printed.toString() + thrown.problem()).doesNotContain(CANARY);
    assertThat(thrown.problem().next()).as("what to do").isNotBlank();
    return thrown.problem().line();
  }

  private String password(SecretName name) throws SecretUnavailable {
    return secrets().login(name).password().reveal();
  }

  @Test
  void a_login_is_read_whole_and_prints_no_password() throws Exception {
    var name = name();
    put(name.value(), json(CANARY));

    var login = secrets().login(name);

    assertThat(login)
        .usingRecursiveComparison()
        .isEqualTo(new Login("db", 5432, "d", "u", new Secret(CANARY)));
    assertThat(login.toString()).doesNotContain(CANARY);
  }

  @Test
  void one_that_is_not_there_is_named_and_has_no_version() throws Exception {
    var name = name();

    assertThat(refused(() -> secrets().login(name))).contains(name.value());
    assertThat(own().current(name)).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> what_cannot_be_read_is_named_with_what_to_do_and_nothing_of_it_is_told() {
    var ways = new TreeMap<>(unreadable());
    ways.put("no login", name -> put(name, "{\"password\": \"" + CANARY + "\"}"));
    ways.put("no json", name -> put(name, CANARY));
    return ways.entrySet().stream()
        .map(
            way ->
                DynamicTest.dynamicTest(
                    way.getKey(),
                    () -> {
                      var name = name();
                      put(name.value(), json(CANARY));
                      way.getValue().to(name.value());

                      assertThat(refused(() -> secrets().login(name))).contains(name.value());
                      refused(() -> own().make(name, login("not-a-secret-new"), OWNER));
                    }));
  }

  @Test
  void a_new_version_differs_from_the_one_that_was_recorded_and_tells_nothing() throws Exception {
    var name = name();
    put(name.value(), json("not-a-secret-old"));
    var recorded = own().current(name).orElseThrow();
    assertThat(own().current(name)).contains(recorded);

    put(name.value(), json(CANARY));

    var now = own().current(name).orElseThrow();
    assertThat(now).isNotEqualTo(recorded);
    assertThat(now.version()).doesNotContain(CANARY);
    assertThat(password(name)).isEqualTo(CANARY);
  }

  @Test
  void making_the_same_again_makes_nothing_and_another_login_makes_a_version() throws Exception {
    var name = name();

    var made = own().make(name, login("not-a-secret-one"), OWNER);
    assertThat(own().make(name, login("not-a-secret-one"), OWNER)).isEqualTo(made);
    assertThat(secrets().login(name))
        .usingRecursiveComparison()
        .isEqualTo(login("not-a-secret-one"));
    var other = own().make(name, login("not-a-secret-two"), OWNER);

    assertThat(other).isNotEqualTo(made);
    assertThat(own().current(name)).contains(other);
    assertThat(password(name)).isEqualTo("not-a-secret-two");
  }

  @Test
  void somebody_elses_is_neither_written_over_nor_removed() throws Exception {
    var theirs = name();
    var anothers = name();
    put(theirs.value(), json(CANARY));
    own().make(anothers, login(CANARY), OTHER);
    var versions = own().current(theirs);

    refused(() -> own().make(theirs, login("not-a-secret-x"), OWNER));
    refused(() -> own().make(anothers, login("not-a-secret-x"), OWNER));
    own().remove(theirs, OWNER);
    own().remove(anothers, OWNER);

    assertThat(password(theirs)).isEqualTo(CANARY);
    assertThat(password(anothers)).isEqualTo(CANARY);
    assertThat(own().current(theirs)).isEqualTo(versions);
  }

  /** Flip and way back: the old secret is what it was, in the very version that was recorded. */
  @Test
  void the_way_back_from_a_made_secret_finds_the_old_one_in_its_recorded_version()
      throws Exception {
    var old = name();
    put(old.value(), json(CANARY));
    var recorded = own().current(old);
    var made = name();
    own().make(made, login("not-a-secret-new"), OWNER);

    own().remove(made, OWNER);
    own().remove(made, OWNER);

    assertThat(own().current(made)).isEmpty();
    refused(() -> secrets().login(made));
    assertThat(own().current(old)).isEqualTo(recorded);
    assertThat(password(old)).isEqualTo(CANARY);
  }

  @Test
  void what_its_owner_removed_its_owner_can_make_again() throws Exception {
    var name = name();
    own().make(name, login("not-a-secret-one"), OWNER);
    own().remove(name, OWNER);

    own().make(name, login("not-a-secret-two"), OWNER);

    assertThat(password(name)).isEqualTo("not-a-secret-two");
  }
}
