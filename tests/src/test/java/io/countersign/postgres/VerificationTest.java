package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.estate.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
  private static final Path SOURCES = Path.of("../app/src/main/java/io/countersign");

  /** Where logins come from: stores of secrets, the bot's own role on a server, the sandbox. */
  private static final List<String> MAY_MAKE_LOGINS =
      List.of(
          "azure/StoredLogin.java",
          "estate/Entrances.java",
          "estate/Login.java",
          "postgres/FileSecrets.java",
          "sandbox/");

  @TempDir private Path folder = Path.of("");

  /** Both under which Azure's servers have their certificates. */
  @Test
  void java_trusts_the_authorities_of_servers_in_azure_and_so_do_postgresqls_programs()
      throws IOException, GeneralSecurityException {
    try (var home = Scratch.make(folder, "cs/7k2m9qxd/dump/1")) {
      var environment = Verification.environment(new Tls.Verified(""), home);

      assertThat(environment).containsEntry("PGSSLMODE", "verify-full");
      var file = Path.of(String.valueOf(environment.get("PGSSLROOTCERT")));
      try (var pem = Files.newInputStream(file)) {
        assertThat(CertificateFactory.getInstance("X.509").generateCertificates(pem))
            .hasSameSizeAs(Verification.trusted())
            .extracting(Object::toString)
            .anyMatch(it -> it.contains("CN=DigiCert Global Root G2,"))
            .anyMatch(it -> it.contains("CN=Microsoft RSA Root Certificate Authority 2017,"));
      }
    }
  }

  @Test
  void no_login_forgets_whether_its_server_has_to_be_verified() throws IOException {
    try (var files = Files.walk(SOURCES)) {
      assertThat(files.filter(it -> it.toString().endsWith(".java")))
          .filteredOn(it -> content(it).contains("new Login("))
          .extracting(it -> SOURCES.relativize(it).toString())
          .isNotEmpty()
          .allMatch(it -> MAY_MAKE_LOGINS.stream().anyMatch(it::startsWith));
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
