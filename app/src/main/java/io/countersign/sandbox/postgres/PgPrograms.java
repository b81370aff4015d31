package io.countersign.sandbox.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The installed PostgreSQL programs, and the user they run as. PostgreSQL refuses to run as root;
 * where this process is root, its programs run as {@code nobody}.
 *
 * @param bin the folder with {@code initdb}, {@code pg_ctl}, {@code postgres}, {@code pg_dump}
 * @param asNobody whether commands change their user first
 */
public record PgPrograms(Path bin, boolean asNobody) {
  /** Names another folder of programs; an environment variable or a system property. */
  public static final String SETTING = "COUNTERSIGN_TEST_PG_BIN";

  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final String USER = "nobody";
  private static final String GROUP = "nogroup";

  /**
   * The programs to use: those that {@link #SETTING} names, else the newest installed ones.
   *
   * @throws IllegalStateException where there are none, with the remedy
   */
  public static PgPrograms find() {
    var named = Optional.ofNullable(System.getProperty(SETTING)).or(PgPrograms::fromEnvironment);
    var bin = named.map(Path::of).or(PgPrograms::newest);
    if (bin.isEmpty() || !Files.isExecutable(bin.get().resolve("initdb"))) {
      throw new IllegalStateException(
          "Looking for the PostgreSQL server programs: there is no initdb in "
              + bin.map(Path::toString).orElse(DEBIAN + "/*/bin")
              + ". Install them (apt-get install postgresql), or name their folder in "
              + SETTING
              + ".");
    }
    return new PgPrograms(bin.get(), "root".equals(System.getProperty("user.name")));
  }

  private static Optional<String> fromEnvironment() {
    return Optional.ofNullable(System.getenv(SETTING));
  }

  private static Optional<Path> newest() {
    if (!Files.isDirectory(DEBIAN)) {
      return Optional.empty();
    }
    try (var versions = Files.list(DEBIAN)) {
      return versions
          .filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
          .max(Comparator.comparingInt(PgPrograms::major))
          .map(version -> version.resolve("bin"));
    } catch (IOException failed) {
      throw new UncheckedIOException("Listing " + DEBIAN + " failed.", failed);
    }
  }

  private static int major(Path version) {
    var digits = version.getFileName().toString().replaceAll("\\D.*", "");
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  /** A command line that runs one of the programs, as a user that PostgreSQL accepts. */
  public List<String> command(String program, String... arguments) {
    var line = new ArrayList<String>();
    if (asNobody) {
      line.addAll(
          List.of("setpriv", "--reuid=" + USER, "--regid=" + GROUP, "--clear-groups", "--"));
    }
    line.add(bin.resolve(program).toString());
    line.addAll(List.of(arguments));
    return List.copyOf(line);
  }

  /** Gives a file, or a folder and all it holds, to the user that the programs run as. */
  public void own(Path path) {
    if (!asNobody) {
      return;
    }
    try (var all = Files.walk(path)) {
      var lookup = path.getFileSystem().getUserPrincipalLookupService();
      var user = lookup.lookupPrincipalByName(USER);
      var group = lookup.lookupPrincipalByGroupName(GROUP);
      for (var one : (Iterable<Path>) all::iterator) {
        var view = Files.getFileAttributeView(one, PosixFileAttributeView.class);
        view.setOwner(user);
        view.setGroup(group);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("Giving " + path + " to " + USER + " failed.", failed);
    }
  }

  /**
   * Checks that the programs can reach a folder.
   *
   * @throws IllegalStateException where a parent lets no other user pass
   */
  void checkReachable(Path folder) {
    if (!asNobody) {
      return;
    }
    for (var up = folder.toAbsolutePath().getParent(); up != null; up = up.getParent()) {
      try {
        if (Files.exists(up)
            && !Files.getPosixFilePermissions(up).contains(PosixFilePermission.OTHERS_EXECUTE)) {
          throw new IllegalStateException(
              "Preparing "
                  + folder
                  + ": the user "
                  + USER
                  + " cannot pass "
                  + up
                  + ". Allow it (chmod o+x), or use a folder below /tmp.");
        }
      } catch (IOException failed) {
        throw new UncheckedIOException("Reading the permissions of " + up + " failed.", failed);
      }
    }
  }
}
