package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSecretsTest {
  private static final String LOGIN =
      """
      {"host": "db", "port": 5432, "database": "d", "user": "u", "password": "canary-pw"}\
      """;
  @TempDir private Path outside;
  private Path folder = Path.of("/");
  private FileSecrets secrets = new FileSecrets(folder);

  @BeforeEach
  void make() throws IOException {
    folder = Files.createDirectory(outside.resolve("secrets"));
    secrets = new FileSecrets(folder);
  }

  @Test
  void aFileThatOthersCanReadIsRefusedWithTheRemedy() throws IOException {
    write("open", LOGIN, "rw-r-----");
    assertThat(refusal("open").problem().next()).contains("chmod 600");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secrets/a", "/etc/passwd", "..", ".hidden", "a/b", "", "a\0b"})
  void aNameThatLeadsElsewhereIsRefused(String name) {
    assertThat(refusal(name).problem().happened()).isEqualTo("that is no name of a secret.");
  }

  @Test
  void aLinkOutOfTheFolderIsRefused() throws IOException {
    var target = outside.resolve("other");
    Files.writeString(target, LOGIN);
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
    Files.createSymbolicLink(folder.resolve("link"), target);
    assertThat(refusal("link").problem().happened()).contains("leads out of the folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "canary-pw",
        "{\"password\": \"canary-pw\"",
        "{\"password\": \"canary-pw\"}",
        "{\"host\":\"h\",\"port\":0,\"database\":\"d\",\"user\":\"u\",\"password\":\"canary-pw\"}"
      })
  void aMalformedFileIsRefusedWithoutItsContent(String content) throws IOException {
    write("bad", content, "rw-------");
    var refusal = refusal("bad");
    assertThat(refusal.problem().line()).doesNotContain("canary").contains("It must be");
    assertThat(refusal.getCause()).isNull();
  }

  private SecretUnavailable refusal(String name) {
    var thrown = catchThrowable(() -> secrets.login(new SecretName(name)));
    assertThat(thrown).isInstanceOf(SecretUnavailable.class);
    return (SecretUnavailable) thrown;
  }

  private void write(String name, String content, String permissions) throws IOException {
    var file = Files.writeString(folder.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
