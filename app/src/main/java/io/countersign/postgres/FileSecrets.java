package io.countersign.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Secrets as Kubernetes and Docker mount them: a folder with one file per secret, each {@code
 * {"host", "port", "database", "user", "password"}}. No error ever holds a file's content.
 */
public final class FileSecrets implements SecretStore {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,126}");
  private static final int LIMIT = 64 * 1024;
  private static final Set<PosixFilePermission> FOREIGN =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final Path folder;
  private final ObjectMapper json = new ObjectMapper();

  public FileSecrets(Path folder) {
    this.folder = folder;
  }

  @Override
  public Login login(SecretName name) throws SecretUnavailable {
    if (!NAME.matcher(name.value()).matches() || name.value().contains("..")) {
      throw refused(
          name,
          "that is no name of a secret.",
          "Write letters, digits, dots, dashes and underscores.");
    }
    var file = folder.resolve(name.value());
    try {
      if (!Files.isRegularFile(file)) {
        throw refused(name, "there is no file " + file + ".", "Create it: " + shape());
      }
      requirePrivate(name, file);
      return read(name, file);
    } catch (IOException unreadable) {
      throw refused(
          name,
          "the file " + file + " cannot be read.",
          "Give it to the bot's user: chown, chmod 600.");
    }
  }

  private void requirePrivate(SecretName name, Path file) throws IOException, SecretUnavailable {
    var real = file.toRealPath();
    var open = Files.getPosixFilePermissions(real).stream().anyMatch(FOREIGN::contains);
    if (open) {
      throw refused(
          name, "others than its owner can read " + file + ".", "Close it: chmod 600 " + file);
    }
    if (!real.startsWith(folder.toRealPath())) {
      throw refused(name, file + " leads out of the folder.", "Put the file itself there.");
    }
  }

  private Login read(SecretName name, Path file) throws IOException, SecretUnavailable {
    if (Files.size(file) > LIMIT) {
      throw refused(name, file + " is longer than 64 KiB.", "It must be " + shape());
    }
    try {
      return login(json.readTree(Files.readAllBytes(file)))
          .orElseThrow(() -> refused(name, file + " is no login.", "It must be " + shape()));
    } catch (JsonProcessingException malformed) {
      // its message quotes the file, so it goes no further
      throw refused(name, file + " is not JSON.", "It must be " + shape());
    }
  }

  private static Optional<Login> login(JsonNode node) {
    var host = node.path("host");
    var port = node.path("port");
    var database = node.path("database");
    var user = node.path("user");
    var password = node.path("password");
    boolean complete =
        host.isTextual()
            && port.isInt()
            && port.asInt() >= 1
            && port.asInt() <= 65_535
            && database.isTextual()
            && user.isTextual()
            && password.isTextual();
    return complete
        ? Optional.of(
            new Login(
                host.asText(),
                port.asInt(),
                database.asText(),
                user.asText(),
                new Secret(password.asText())))
        : Optional.empty();
  }

  private static String shape() {
    return "{\"host\": …, \"port\": 5432, \"database\": …, \"user\": …, \"password\": …}";
  }

  private static SecretUnavailable refused(SecretName name, String happened, String next) {
    return new SecretUnavailable(new Problem("reading the secret " + name, happened, next));
  }
}
