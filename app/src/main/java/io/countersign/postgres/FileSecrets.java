package io.countersign.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Secrets as Kubernetes and Docker mount them: a folder with one file per secret, each {@code
 * {"host", "port", "database", "user", "password"}}. No error ever holds a file's content.
 *
 * <p>One that a run made says so in the file ({@code "made-by"}); such a folder must be one that
 * the bot may write to. A version is the moment at which the file was last written: it is stored in
 * the journal, where nothing may stand that is made of a password.
 */
public final class FileSecrets implements SecretStore, OwnSecrets {
  private static final String MADE_BY = "made-by";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,126}");
  private static final int LIMIT = 64 * 1024;
  private static final Set<PosixFilePermission> OWNERS_ALONE =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
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
    var file = file(name);
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

  private Path file(SecretName name) throws SecretUnavailable {
    if (!NAME.matcher(name.value()).matches() || name.value().contains("..")) {
      throw refused(
          name,
          "that is no name of a secret.",
          "Write letters, digits, dots, dashes and underscores.");
    }
    return folder.resolve(name.value());
  }

  @Override
  public Optional<Version> current(SecretName name) throws SecretUnavailable {
    var file = file(name);
    try {
      return Files.isRegularFile(file) ? Optional.of(version(name, file)) : Optional.empty();
    } catch (NoSuchFileException removed) {
      return Optional.empty();
    } catch (IOException unreadable) {
      throw refused(
          name,
          "the file " + file + " cannot be looked at.",
          "Give it to the bot's user: chown, chmod 600.");
    }
  }

  private static Version version(SecretName name, Path file) throws IOException {
    return new Version(name, Files.getLastModifiedTime(file.toRealPath()).toInstant().toString());
  }

  /** Readers find the whole file or none: it comes under its name when it is complete. */
  @Override
  public Version make(SecretName name, Login login, String owner) throws SecretUnavailable {
    var file = file(name);
    boolean there = Files.isRegularFile(file);
    if (there) {
      requireOwn(name, file, owner);
      if (same(login(name), login)) {
        return current(name).orElseThrow();
      }
    }
    var fresh = folder.resolve("." + name.value() + "." + UUID.randomUUID());
    try {
      write(fresh, login, owner);
      if (there) {
        requireLater(fresh, file);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        // unlike a move, this never replaces what somebody else has put there meanwhile
        Files.createLink(file, fresh);
      }
      return version(name, file);
    } catch (IOException refused) {
      throw unwritable(name, "storing", refused);
    } finally {
      discard(fresh);
    }
  }

  /** Two writes within one tick of the file system's clock are two versions. */
  private static void requireLater(Path fresh, Path before) throws IOException {
    var last = Files.getLastModifiedTime(before).toInstant();
    if (!Files.getLastModifiedTime(fresh).toInstant().isAfter(last)) {
      Files.setLastModifiedTime(fresh, FileTime.from(last.plusMillis(1)));
    }
  }

  /** Passwords do not compare by themselves, lest they be compared in haste. */
  private static boolean same(Login one, Login other) {
    return one.host().equals(other.host())
        && one.port() == other.port()
        && one.database().equals(other.database())
        && one.user().equals(other.user())
        && one.password().reveal().equals(other.password().reveal());
  }

  private void write(Path file, Login login, String owner) throws IOException {
    var content =
        json.createObjectNode()
            .put("host", login.host())
            .put("port", login.port())
            .put("database", login.database())
            .put("user", login.user())
            .put("password", login.password().reveal())
            .put(MADE_BY, owner);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNERS_ALONE));
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(json.writeValueAsBytes(content)));
      channel.force(true);
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException left) {
      // it is its owner's alone, and no name of a secret begins with a dot
    }
  }

  @Override
  public void remove(SecretName name, String owner) throws SecretUnavailable {
    var file = file(name);
    try {
      if (Files.isRegularFile(file) && madeBy(name, file).equals(Optional.of(owner))) {
        Files.deleteIfExists(file);
      }
    } catch (IOException refused) {
      throw unwritable(name, "removing", refused);
    }
  }

  @Override
  public Optional<String> unwritable() {
    return Files.isWritable(folder)
        ? Optional.empty()
        : Optional.of(
            "the bot may not write to the secrets' folder " + folder + ", as where it is mounted");
  }

  private SecretUnavailable unwritable(SecretName name, String doing, IOException error) {
    return new SecretUnavailable(
        new Problem(
            doing + " the secret " + name,
            error instanceof FileAlreadyExistsException
                ? "somebody else has put one of that name there meanwhile."
                : unwritable().map(it -> it + ".").orElse("the folder " + folder + " refuses it."),
            "Give the bot a folder that is its own (chown, chmod 700) and not mounted read-only."));
  }

  private void requireOwn(SecretName name, Path file, String owner) throws SecretUnavailable {
    try {
      if (madeBy(name, file).equals(Optional.of(owner))) {
        return;
      }
    } catch (IOException unreadable) {
      // then nobody knows whose it is
    }
    throw new SecretUnavailable(
        new Problem(
            "storing the secret " + name,
            "there is one of that name which this run has not made. It stays as it is.",
            "Find out whose it is; a run never writes over a secret of somebody else."));
  }

  private Optional<String> madeBy(SecretName name, Path file)
      throws IOException, SecretUnavailable {
    requirePrivate(name, file);
    try {
      return Optional.ofNullable(json.readTree(Files.readAllBytes(file)).path(MADE_BY).textValue());
    } catch (JsonProcessingException malformed) {
      return Optional.empty();
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
