package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.SecretName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs may do in a folder of secrets, and what not. */
class OwnFileSecretsTest {
  private static final SecretName OLD = new SecretName("tenant-db-acme");
  private static final SecretName NEW = new SecretName("tenant-db-acme-20261121155200-7k2m9qxd-1");
  private static final Login LOGIN =
      new Login("db.internal", 5432, "tenant_acme_restore", "acme", new Secret("not-a-secret"));
  private static final String OTHERS =
      "{\"host\": \"h\", \"port\": 1, \"database\": \"d\", \"user\": \"u\", \"password\": \"p\"}";

  @TempDir private Path folder = Path.of("");
  private FileSecrets secrets = new FileSecrets(folder);

  @BeforeEach
  void somebodyElsesSecretIsThere() throws IOException {
    secrets = new FileSecrets(folder);
    var file = folder.resolve(OLD.value());
    Files.writeString(file, OTHERS);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void what_a_run_makes_is_read_as_any_other_and_for_its_owner_alone() throws Exception {
    var made = secrets.make(NEW, LOGIN, "7k2m9qxd/secret.make");
    assertThat(secrets.login(NEW)).usingRecursiveComparison().isEqualTo(LOGIN);
    assertThat(secrets.current(NEW)).contains(made);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve(NEW.value()))))
        .isEqualTo("rw-------");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void a_version_tells_nothing_of_the_login_and_changes_when_the_file_does() throws Exception {
    var before = secrets.current(OLD).orElseThrow();
    Files.setLastModifiedTime(
        folder.resolve(OLD.value()), java.nio.file.attribute.FileTime.fromMillis(0));
    assertThat(secrets.current(OLD).orElseThrow()).isNotEqualTo(before);
    assertThat(secrets.current(OLD).orElseThrow().version()).isEqualTo("1970-01-01T00:00:00Z");
  }

  /** The clock of file systems goes in steps of some milliseconds. */
  @Test
  void two_logins_in_one_step_of_the_clock_are_two_versions() throws Exception {
    var file = folder.resolve(NEW.value());
    secrets.make(NEW, LOGIN, "7k2m9qxd/secret.make");
    var ahead = java.nio.file.attribute.FileTime.fromMillis(4_102_444_800_000L);
    Files.setLastModifiedTime(file, ahead);
    var before = secrets.current(NEW);

    secrets.make(NEW, LOGIN.withDatabase("tenant_acme"), "7k2m9qxd/secret.make");

    assertThat(secrets.current(NEW)).isNotEqualTo(before);
    assertThat(Files.getLastModifiedTime(file)).isGreaterThan(ahead);
  }

  /** Root writes everywhere, so the folder is taken away instead of closed. */
  @Test
  void a_folder_that_is_not_the_bots_own_is_told_with_the_remedy() {
    var nowhere = new FileSecrets(folder.resolve("mounted"));
    assertThat(nowhere.unwritable()).isPresent();
    assertThatThrownBy(() -> nowhere.make(NEW, LOGIN, "7k2m9qxd/secret.make"))
        .hasMessageContaining("may not write to the secrets' folder")
        .hasMessageContaining("not mounted read-only")
        .hasMessageNotContaining("not-a-secret");
    assertThat(secrets.unwritable()).isEmpty();
  }
}
