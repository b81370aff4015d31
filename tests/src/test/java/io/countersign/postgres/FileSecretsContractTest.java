package io.countersign.postgres;

import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretStore;
import io.countersign.support.SecretStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class FileSecretsContractTest extends SecretStoreContract {
  @TempDir private Path folder = Path.of("");
  private long written;

  @Override
  protected SecretStore secrets() {
    return new FileSecrets(folder);
  }

  @Override
  protected OwnSecrets own() {
    return new FileSecrets(folder);
  }

  /** Nobody writes twice in one moment but a test. */
  @Override
  protected void put(String name, String value) throws IOException {
    var file = Files.writeString(folder.resolve(name), value);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    written += 1000;
    Files.setLastModifiedTime(file, FileTime.fromMillis(written));
  }

  @Override
  protected Map<String, Doing> unreadable() {
    return Map.of(
        "open to others",
        name ->
            Files.setPosixFilePermissions(
                folder.resolve(name), PosixFilePermissions.fromString("rw-r--r--")),
        "leading out of the folder",
        name -> {
          Files.delete(folder.resolve(name));
          Files.createSymbolicLink(folder.resolve(name), Path.of("/etc/hostname"));
        });
  }
}
