package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.estate.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Backups in a folder of the bot's host. Folders are 0700 and files 0600; a file appears under its
 * name only when it is complete and on the disk.
 */
public final class FolderStore implements ObjectStore {
  private static final Pattern KEY =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final String PART = ".part";

  private final Path folder;

  /**
   * @param folder is made where it is missing
   */
  public FolderStore(Path folder) {
    this.folder = folder;
  }

  @Override
  public void put(String key, Path file) throws StoreUnavailable {
    var target = place(key);
    var home = Objects.requireNonNull(target.getParent());
    try {
      makeFolders(home);
      Files.setPosixFilePermissions(file, FILE);
      var part = target.resolveSibling(target.getFileName() + PART);
      move(file, part);
      force(part);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(home);
    } catch (IOException refused) {
      throw unavailable("storing the backup " + key, refused);
    }
  }

  /** To another disk it is copied. */
  private static void move(Path file, Path part) throws IOException {
    try {
      Files.move(file, part, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException otherDisk) {
      Files.copy(
          file, part, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      Files.delete(file);
    }
  }

  private static void force(Path path) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void makeFolders(Path wanted) throws IOException {
    var mine = PosixFilePermissions.asFileAttribute(FOLDER);
    Files.createDirectories(folder);
    var at = folder;
    for (var part : folder.relativize(wanted)) {
      at = at.resolve(part);
      if (!Files.isDirectory(at)) {
        Files.createDirectory(at, mine);
      }
    }
  }

  @Override
  public OptionalLong bytes(String key) throws StoreUnavailable {
    var file = place(key);
    try {
      return Files.exists(file) ? OptionalLong.of(Files.size(file)) : OptionalLong.empty();
    } catch (IOException unreadable) {
      throw unavailable("looking for the backup " + key, unreadable);
    }
  }

  @Override
  public InputStream read(String key) throws StoreUnavailable {
    try {
      return Files.newInputStream(place(key));
    } catch (IOException unreadable) {
      throw unavailable("reading the backup " + key, unreadable);
    }
  }

  @Override
  public void remove(String key) throws StoreUnavailable {
    var file = place(key);
    var part = file.resolveSibling(file.getFileName() + PART);
    try {
      for (var path : List.of(file, part)) {
        // also where what should be its folder is none
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(path);
        }
      }
    } catch (IOException refused) {
      throw unavailable("removing the backup " + key, refused);
    }
  }

  @Override
  public OptionalLong free() throws StoreUnavailable {
    try {
      Files.createDirectories(folder);
      return OptionalLong.of(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException refused) {
      throw unavailable("looking at the folder of backups", refused);
    }
  }

  private Path place(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("not a key: " + key);
    }
    return folder.resolve(key);
  }

  private StoreUnavailable unavailable(String doing, IOException why) {
    return new StoreUnavailable(
        new Problem(
            doing,
            "the folder " + folder + " refused it (" + why.getClass().getSimpleName() + ").",
            "Give the folder to the bot's user and see that its disk is not full, then retry."));
  }
}
