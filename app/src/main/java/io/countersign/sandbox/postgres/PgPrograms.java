package io.countersign.sandbox.postgres;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The installed PostgreSQL programs, and the user they run as. PostgreSQL refuses to run as root;
 * where this process is root, servers run as {@code postgres} if there is such a user, else as
 * {@code nobody}.
 *
 * @param bin the folder with {@code initdb}, {@code pg_ctl}, {@code postgres}, {@code pg_dump}
 * @param serverUser the user that servers run as; empty: ourselves
 */
public record PgPrograms(Path bin, String serverUser) {
  /** Names another folder of programs; an environment variable or a system property. */
  public static final String SETTING = "COUNTERSIGN_TEST_PG_BIN";

  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final List<String> ALL =
      List.of(
          "initdb",
          "postgres",
          "pg_ctl",
          "pg_controldata",
          "pg_waldump",
          "pg_basebackup",
          "pg_dump",
          "pg_restore",
          "psql");

  /**
   * The programs to use: those that {@link #SETTING} names, else the newest installed ones, else
   * those on the PATH.
   *
   * @throws IllegalStateException where there are none, with the remedy
   */
  public static PgPrograms find() {
    var environment = System.getenv();
    return find(
        System.getProperty(SETTING, environment.getOrDefault(SETTING, "")),
        DEBIAN,
        environment.getOrDefault("PATH", ""));
  }

  static PgPrograms find(String setting, Path distributions, String searchPath) {
    if (!setting.isBlank()) {
      return new PgPrograms(named(setting), userForServers());
    }
    var bin = newest(distributions).or(() -> onPath(searchPath));
    if (bin.isEmpty()) {
      throw new IllegalStateException(
          "Looking for the PostgreSQL server programs: there is no initdb in "
              + distributions
              + "/*/bin, nor on the PATH. Install them (apt-get install postgresql), or name their"
              + " folder in "
              + SETTING
              + ".");
    }
    return new PgPrograms(bin.get(), userForServers());
  }

  /** A folder that somebody named must be whole: a client without its server is the usual slip. */
  private static Path named(String setting) {
    var bin = Path.of(setting.strip());
    var missing =
        ALL.stream().filter(program -> !Files.isExecutable(bin.resolve(program))).toList();
    if (!bin.isAbsolute() || !missing.isEmpty()) {
      throw new IllegalStateException(
          "Looking for the PostgreSQL programs in %s, which %s names: %s. Name a folder with server and client programs of one version, such as %s/17/bin."
              .formatted(
                  bin,
                  SETTING,
                  bin.isAbsolute()
                      ? "there is no " + String.join(", no ", missing)
                      : "it is no absolute path",
                  DEBIAN));
    }
    return bin;
  }

  private static Optional<Path> newest(Path distributions) {
    if (!Files.isDirectory(distributions)) {
      return Optional.empty();
    }
    try (var versions = Files.list(distributions)) {
      return versions
          .filter(version -> isBin(version.resolve("bin")))
          .max(Comparator.comparingInt(PgPrograms::major))
          .map(version -> version.resolve("bin"));
    } catch (IOException failed) {
      throw new UncheckedIOException("Listing " + distributions + " failed.", failed);
    }
  }

  private static Optional<Path> onPath(String searchPath) {
    return Stream.of(searchPath.split(File.pathSeparator, -1))
        .filter(entry -> !entry.isBlank())
        .map(Path::of)
        .filter(PgPrograms::isBin)
        .findFirst();
  }

  private static boolean isBin(Path folder) {
    return Files.isExecutable(folder.resolve("initdb"))
        && Files.isExecutable(folder.resolve("pg_ctl"));
  }

  /**
   * The major version, such as 15.
   *
   * @throws IllegalStateException where the program says none
   */
  public int major() {
    var said =
        runClient("postgres", Map.of(), "--version").orFail("Asking for the version").output();
    var found = Pattern.compile("\\(PostgreSQL\\) (\\d+)").matcher(said);
    if (!found.find()) {
      throw new IllegalStateException(program("postgres") + " tells no version: " + said);
    }
    return Integer.parseInt(found.group(1));
  }

  private static int major(Path version) {
    var digits = version.getFileName().toString().replaceAll("\\D.*", "");
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  /** The folder, where the bot would not find it by itself and has to be told. */
  public Optional<Path> unusual() {
    return bin.startsWith(DEBIAN) ? Optional.empty() : Optional.of(bin);
  }

  private static String userForServers() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "";
    }
    return exists("postgres") ? "postgres" : "nobody";
  }

  private static boolean exists(String user) {
    try {
      Path.of("/").getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
      return true;
    } catch (UserPrincipalNotFoundException unknown) {
      return false;
    } catch (IOException failed) {
      throw new UncheckedIOException("Looking for the user " + user + " failed.", failed);
    }
  }

  /** The full path of a program. */
  public String program(String name) {
    return bin.resolve(name).toString();
  }

  /** A command line that runs one of the programs, as a user that PostgreSQL accepts. */
  public List<String> command(String program, String... arguments) {
    var line = new ArrayList<String>();
    line.add(program(program));
    line.addAll(List.of(arguments));
    return asServer(line);
  }

  /** Any command line, run as the user that servers run as. */
  List<String> asServer(List<String> command) {
    if (serverUser.isEmpty()) {
      return List.copyOf(command);
    }
    var line = new ArrayList<>(List.of("setpriv", "--reuid=" + serverUser));
    line.addAll(List.of("--regid=" + groupOf(serverUser), "--clear-groups", "--"));
    line.addAll(command);
    return List.copyOf(line);
  }

  private static String groupOf(String user) {
    return user.equals("nobody") ? "nogroup" : user;
  }

  /** Runs a program as the servers' user. */
  public ProgramRun run(String program, String... arguments) {
    return ProgramRun.of(command(program, arguments), Map.of(), LIMIT);
  }

  /**
   * Runs a client program, such as pg_dump, as ourselves.
   *
   * @param environment carries the password or the path of a pass file; the arguments never do
   */
  public ProgramRun runClient(
      String program, Map<String, String> environment, String... arguments) {
    var line = new ArrayList<String>();
    line.add(program(program));
    line.addAll(List.of(arguments));
    return ProgramRun.of(line, environment, LIMIT);
  }

  /** Gives a file, or a folder and all it holds, to the user that servers run as. */
  public void own(Path path) {
    if (serverUser.isEmpty()) {
      return;
    }
    var user = serverUser + ":" + groupOf(serverUser);
    ProgramRun.of(List.of("chown", "-R", user, path.toString()), Map.of(), LIMIT)
        .orFail("Giving " + path + " to " + user);
  }

  /** A new folder below the system's temporary folder that the servers' user can pass. */
  public static Path newWorkFolder(String prefix) {
    try {
      var folder = Files.createTempDirectory(prefix);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      return folder;
    } catch (IOException failed) {
      throw new UncheckedIOException("Making a work folder failed.", failed);
    }
  }

  /**
   * Checks that the programs can reach a folder.
   *
   * @throws IllegalStateException where a parent lets no other user pass
   */
  void checkReachable(Path folder) {
    if (serverUser.isEmpty()) {
      return;
    }
    for (var up = folder.toAbsolutePath().getParent(); up != null; up = up.getParent()) {
      if (Files.exists(up) && !passable(up)) {
        throw new IllegalStateException(
            "Preparing "
                + folder
                + ": the user "
                + serverUser
                + " cannot pass "
                + up
                + ". Allow it (chmod o+x), or use a folder below /tmp.");
      }
    }
  }

  private static boolean passable(Path folder) {
    try {
      return Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_EXECUTE);
    } catch (IOException failed) {
      throw new UncheckedIOException("Reading the permissions of " + folder + " failed.", failed);
    }
  }
}
