package io.countersign.server;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where dumps lie for a while. It is the same folder in every process of this user: what a killed
 * bot left of an attempt holds tenants' rows, and the next bot must find it to remove it.
 */
final class ScratchFolder {
  private static final String MINE = "rwx------";

  private ScratchFolder() {}

  /** The folder cannot be used; the message says what to do. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message, IOException cause) {
      super(message, cause);
    }
  }

  /**
   * Makes the folder, or takes the one that stands.
   *
   * @param temporary everybody may write there: a folder or link that another user has put in our
   *     place is refused
   */
  static Path ofThisUser(Path temporary) throws Refused {
    try {
      var user = user(temporary);
      var folder = temporary.resolve("countersign-" + user);
      try {
        Files.createDirectory(
            folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MINE)));
      } catch (FileAlreadyExistsException stands) {
        requireMine(folder, user, stands);
      }
      return folder;
    } catch (IOException unusable) {
      throw new Refused(
          "No scratch folder can be made in "
              + temporary
              + ". Let the bot write there, or start it with another java.io.tmpdir.",
          unusable);
    }
  }

  private static void requireMine(Path folder, int user, IOException stands)
      throws IOException, Refused {
    boolean mine =
        Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user)
            && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)).equals(MINE);
    if (!mine) {
      throw new Refused(
          folder
              + " is not a folder that only this user may enter. Remove it, or start the bot with"
              + " another java.io.tmpdir.",
          stands);
    }
  }

  /** The number of the user that this process runs as, which need not have a name. */
  private static int user(Path temporary) throws IOException {
    var probe = Files.createTempFile(temporary, "countersign-", ".user");
    try {
      return (Integer) Files.getAttribute(probe, "unix:uid");
    } finally {
      Files.delete(probe);
    }
  }
}
