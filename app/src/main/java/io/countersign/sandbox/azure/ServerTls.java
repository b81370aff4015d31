package io.countersign.sandbox.azure;

import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Has PostgreSQL's servers on this host offer TLS, as Azure's do.
 *
 * @param folder with {@code localhost.pem} and {@code localhost.key}
 */
public record ServerTls(Path folder, PgPrograms programs) {
  private static final String SETTINGS =
      """
      ssl = on
      ssl_cert_file = 'countersign.pem'
      ssl_key_file = 'countersign.key'
      """;

  /**
   * Makes a certificate of its own.
   *
   * @param names whom it is issued for: {@code dns:pg.example.test}
   */
  public static ServerTls made(Path folder, String names, PgPrograms programs) {
    try {
      Files.createDirectories(folder);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
    SelfSigned.in(folder, names);
    return new ServerTls(folder, programs);
  }

  /** What clients have to trust. */
  public Path certificate() {
    return folder.resolve("localhost.pem");
  }

  /** A running server takes it up for sessions that begin a moment later. */
  public void offerAt(Path data) {
    try {
      put(certificate(), data.resolve("countersign.pem"));
      put(folder.resolve("localhost.key"), data.resolve("countersign.key"));
      var settings = data.resolve("postgresql.auto.conf");
      if (!Files.readString(settings).contains(SETTINGS)) {
        Files.writeString(settings, SETTINGS, StandardOpenOption.APPEND);
      }
    } catch (IOException refused) {
      throw new UncheckedIOException("giving " + data + " a certificate failed", refused);
    }
    programs.run("pg_ctl", "reload", "--pgdata=" + data).orFail("Reloading the server in " + data);
  }

  /** The server lets somebody in by TLS alone. */
  public void requireOf(String user, Path data) {
    try {
      var admission = data.resolve("pg_hba.conf");
      var others = Files.readString(admission);
      var rule = "hostnossl all \"%s\" all reject%n".formatted(user);
      if (!others.startsWith(rule)) {
        Files.writeString(admission, rule + others);
      }
    } catch (IOException refused) {
      throw new UncheckedIOException(
          "closing " + data + " to sessions without TLS failed", refused);
    }
    offerAt(data);
  }

  private void put(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    programs.own(to);
  }
}
