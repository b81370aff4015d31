package io.countersign.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The user as whom a copy's server runs. PostgreSQL refuses to run as root, so a bot that is root
 * runs it as the owner of the base backup; any other bot runs it as itself.
 *
 * @param change whether this process is root and has to change its user
 */
record FileOwner(boolean change, int uid, int gid) {

  static FileOwner of(Path file) throws IOException {
    int uid = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    int gid = (Integer) Files.getAttribute(file, "unix:gid", LinkOption.NOFOLLOW_LINKS);
    return new FileOwner("root".equals(System.getProperty("user.name")), uid, gid);
  }

  /** What stands before a program's argv. */
  List<String> prefix() {
    return change
        ? List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--no-new-privs")
        : List.of();
  }

  /** Makes a file or folder this user's. */
  void own(Path file) throws IOException {
    if (change) {
      Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Writes a file that only this user reads, whole or not at all. */
  void write(Path file, String content) throws IOException {
    var half = file.resolveSibling(file.getFileName() + ".half");
    Files.deleteIfExists(half);
    Files.createFile(
        half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(half, content);
    own(half);
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
