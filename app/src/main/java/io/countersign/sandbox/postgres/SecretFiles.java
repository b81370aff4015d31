package io.countersign.sandbox.postgres;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Secret;
import io.countersign.estate.Login;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/** The secrets of the demo estates: one JSON file per login, for its owner's eyes only. */
final class SecretFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SecretFiles() {}

  /** A new password that nobody takes for a real one. */
  static Secret invent(String whose) {
    return new Secret("not-a-secret-" + whose + "-" + UUID.randomUUID().toString().substring(0, 8));
  }

  static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException failed) {
      throw new UncheckedIOException("Making the folder " + folder + " failed.", failed);
    }
  }

  static void write(Path file, Login login) {
    var content =
        JSON.createObjectNode()
            .put("host", login.host())
            .put("port", login.port())
            .put("database", login.database())
            .put("user", login.user())
            .put("password", login.password().reveal());
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, content.toString());
    } catch (IOException failed) {
      throw new UncheckedIOException("Writing the secret " + file + " failed.", failed);
    }
  }

  /** Writes an existing secret anew: a reader finds the old or the new one, never a part. */
  static void replace(Path file, Login login) {
    var fresh = file.resolveSibling("." + file.getFileName() + ".new");
    write(fresh, login);
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      throw new UncheckedIOException("Replacing the secret " + file + " failed.", failed);
    }
  }

  static Login read(Path file) {
    try {
      var content = JSON.readTree(file.toFile());
      return new Login(
          content.path("host").asText(),
          content.path("port").asInt(),
          content.path("database").asText(),
          content.path("user").asText(),
          new Secret(content.path("password").asText()));
    } catch (IOException failed) {
      // the cause may quote the file
      throw new IllegalStateException("Reading the secret " + file + " failed.");
    }
  }
}
