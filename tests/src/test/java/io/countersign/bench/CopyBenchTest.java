package io.countersign.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.postgres.ClusterOptions;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Copies one tenant from a server to another in several ways, in turns, and prints what each takes:
 * {@code mvn -Pbench -Dtest=CopyBenchTest [-Dmegabytes=1024] [-Drounds=3] [-Dworkers=4]}. The
 * recipe is what the operations documents prescribe; pgcopydb takes part where it is installed; the
 * floor is a copy within one server, which no copy between servers can reach.
 */
@Tag("bench")
class CopyBenchTest {
  private static final int MEGABYTES = Integer.getInteger("megabytes", 1024);
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int WORKERS = Integer.getInteger("workers", 4);

  /** Beside ours, only the way that begins so; all of them without it. */
  private static final String ONLY = System.getProperty("only", "");

  private static final String PASSWORD = "not-a-secret-bot";
  private static final Pattern TIMES = Pattern.compile("(\\d+)m([0-9.]+)s");
  private static final String SHELL = "\"$@\"; code=$?; times; exit $code";
  private static final String OURS = "ours";
  private static final String RECIPE = "recipe: -Fc -Z6, one job";
  private static final String HABIT = "pg_dump -Fd -j, pg_restore -j";
  private static final String PGCOPYDB = "pgcopydb clone";
  private static final String FLOOR = "floor: template, one server";

  /** One round of one way. */
  private record Measured(
      double wall, double source, double target, double clients, long scratch, long heap) {
    double cpu() {
      return source + target + clients;
    }
  }

  /** What a way's program came to. */
  private record Ran(double cpu, String output) {}

  private final Map<String, List<Measured>> all = new LinkedHashMap<>();

  @Test
  void figures_of_a_copy_beside_those_of_other_ways() throws Exception {
    var folder = PgPrograms.newWorkFolder("cs-bench-");
    var options = new ClusterOptions(true, 300, true);
    try (var source = LocalCluster.create(folder.resolve("source"), PgPrograms.find(), options);
        var target = LocalCluster.create(folder.resolve("target"), PgPrograms.find(), options)) {
      for (var server : List.of(source, target)) {
        prepare(server);
      }
      fill(source);
      System.out.println("warming up, not counted:");
      var _ = measure(OURS, source, target, folder);
      for (int round = 0; round < ROUNDS; round++) {
        for (var way : ways(round)) {
          all.computeIfAbsent(way, it -> new ArrayList<>())
              .add(measure(way, source, target, folder));
        }
      }
      print(source);
    } finally {
      run(Map.of(), folder, "rm", "-rf", folder.toString());
    }
    assertThat(all.get(OURS)).hasSize(ROUNDS).allSatisfy(it -> assertThat(it.scratch).isZero());
  }

  private static void prepare(LocalCluster server) throws SQLException {
    server.start();
    try (var admin = server.admin("postgres");
        var statement = admin.createStatement()) {
      statement.execute("ALTER SYSTEM SET shared_buffers = '256MB'");
      // as on a server that has been at work for a while: segments of WAL are there to be reused
      statement.execute("ALTER SYSTEM SET max_wal_size = '4GB'");
      statement.execute("ALTER SYSTEM SET min_wal_size = '3GB'");
      statement.execute("ALTER SYSTEM SET archive_command = '/bin/true'");
      statement.execute("CREATE ROLE " + BigTenant.OWNER);
      statement.execute("CREATE ROLE bot LOGIN CREATEDB CREATEROLE PASSWORD '" + PASSWORD + "'");
      statement.execute("GRANT pg_signal_backend, " + BigTenant.OWNER + " TO bot");
    }
    server.restart();
  }

  private static void fill(LocalCluster source) throws SQLException {
    try (var admin = source.admin("postgres");
        var statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE " + BigTenant.NAME + " OWNER " + BigTenant.OWNER);
    }
    try (var admin = source.admin(BigTenant.NAME)) {
      BigTenant.fill(admin, MEGABYTES);
    }
  }

  /** Another one begins each round. */
  private static List<String> ways(int round) {
    var ways = new ArrayList<>(List.of(OURS, RECIPE, HABIT, FLOOR));
    if (pgcopydb().isPresent()) {
      ways.add(1, PGCOPYDB);
    }
    Collections.rotate(ways, -round);
    ways.removeIf(it -> !it.startsWith(ONLY) && !it.equals(OURS));
    return ways;
  }

  private static Optional<Path> pgcopydb() {
    return List.of("/usr/bin/pgcopydb", "/usr/local/bin/pgcopydb").stream()
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Measured measure(String way, LocalCluster source, LocalCluster target, Path folder)
      throws Exception {
    var scratch = Files.createDirectory(folder.resolve("scratch"));
    for (var server : List.of(source, target)) {
      try (var admin = server.admin("postgres");
          var statement = admin.createStatement()) {
        statement.execute("CHECKPOINT");
      }
    }
    var watch = new ScratchWatch(scratch);
    double sourceBefore = Cpu.ofServer(source.dataFolder());
    double targetBefore = Cpu.ofServer(target.dataFolder());
    long began = System.nanoTime();
    Ran ran;
    try (watch) {
      ran = copied(way, source, target, scratch);
    }
    // the bot runs already when a copy is asked for: the start of its process is not the step's
    double wall = told("nanos", ran.output()).orElse(System.nanoTime() - began) / 1e9;
    double sourceWork = Cpu.ofServer(source.dataFolder()) - sourceBefore;
    double targetWork = Cpu.ofServer(target.dataFolder()) - targetBefore;
    tidy(source, target);
    run(Map.of(), folder, "rm", "-rf", scratch.toString());
    var measured =
        new Measured(
            wall,
            sourceWork,
            targetWork,
            ran.cpu(),
            watch.peak(),
            told("heap", ran.output()).orElse(0));
    System.out.printf(
        Locale.ROOT,
        "%-32s %6.1f s wall, %6.1f s CPU: source %.1f, target %.1f, clients %.1f%n",
        way,
        wall,
        measured.cpu(),
        sourceWork,
        targetWork,
        ran.cpu());
    return measured;
  }

  private static OptionalLong told(String what, String output) {
    var line = Pattern.compile(what + " (\\d+)").matcher(output);
    return line.find() ? OptionalLong.of(Long.parseLong(line.group(1))) : OptionalLong.empty();
  }

  private static Ran copied(String way, LocalCluster source, LocalCluster target, Path scratch)
      throws Exception {
    return switch (way) {
      case OURS -> ours(source, target, scratch);
      case RECIPE -> recipe(source, target, scratch);
      case HABIT -> habit(source, target, scratch);
      case PGCOPYDB -> pgcopydb(source, target, scratch);
      default -> floor(source);
    };
  }

  private static Ran ours(LocalCluster source, LocalCluster target, Path scratch) throws Exception {
    return run(
        Map.of("BENCH_PASSWORD", PASSWORD),
        scratch,
        ProcessHandle.current().info().command().orElse("java"),
        "-Xmx256m",
        "-cp",
        System.getProperty("java.class.path"),
        CopyOnce.class.getName(),
        Integer.toString(source.port()),
        Integer.toString(target.port()),
        "stream",
        Integer.toString(WORKERS),
        scratch.toString());
  }

  private static Ran recipe(LocalCluster source, LocalCluster target, Path scratch)
      throws Exception {
    return dumped(
        source,
        target,
        scratch,
        List.of("-Fc", "-Z6"),
        List.of("--clean", "--if-exists", "--no-owner", "--no-privileges"));
  }

  private static Ran habit(LocalCluster source, LocalCluster target, Path scratch)
      throws Exception {
    var jobs = List.of("-j", Integer.toString(WORKERS));
    return dumped(source, target, scratch, List.of("-Fd", jobs.getFirst(), jobs.getLast()), jobs);
  }

  private static Ran dumped(
      LocalCluster source,
      LocalCluster target,
      Path scratch,
      List<String> ofDump,
      List<String> ofRestore)
      throws Exception {
    var access = access(source, target, scratch);
    var file = scratch.resolve("dump").toString();
    var dump = client(source, "pg_dump", ofDump, List.of("-f", file, BigTenant.NAME));
    double work = run(access, scratch, dump).cpu();
    create(target);
    var restore = client(target, "pg_restore", ofRestore, List.of("-d", "drop_copy", file));
    return new Ran(work + run(access, scratch, restore).cpu(), "");
  }

  private static String[] client(
      LocalCluster server, String program, List<String> options, List<String> what) {
    var line = new ArrayList<>(List.of(server.programs().program(program), "-h", "127.0.0.1"));
    line.addAll(List.of("-p", Integer.toString(server.port()), "-U", "postgres"));
    line.addAll(options);
    line.addAll(what);
    return line.toArray(String[]::new);
  }

  private static Ran pgcopydb(LocalCluster source, LocalCluster target, Path scratch)
      throws Exception {
    create(target);
    var environment = new HashMap<>(access(source, target, scratch));
    environment.put("PGCOPYDB_SOURCE_PGURI", uri(source, BigTenant.NAME));
    environment.put("PGCOPYDB_TARGET_PGURI", uri(target, "drop_copy"));
    environment.put("HOME", scratch.toString());
    return run(
        environment,
        scratch,
        pgcopydb().orElseThrow().toString(),
        "clone",
        "--table-jobs",
        Integer.toString(WORKERS),
        "--index-jobs",
        Integer.toString(WORKERS),
        "--dir",
        scratch.resolve("pgcopydb").toString());
  }

  private static Ran floor(LocalCluster source) throws SQLException {
    try (var admin = source.admin("postgres");
        var statement = admin.createStatement()) {
      statement.execute(
          "CREATE DATABASE drop_copy TEMPLATE " + BigTenant.NAME + " STRATEGY file_copy");
    }
    return new Ran(0, "");
  }

  private static void create(LocalCluster target) throws SQLException {
    try (var admin = target.admin("postgres");
        var statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE drop_copy TEMPLATE template0");
    }
  }

  private static void tidy(LocalCluster... servers) throws SQLException {
    for (var server : servers) {
      try (var admin = server.admin("postgres");
          var statement = admin.createStatement()) {
        var made = new ArrayList<String>();
        try (var rows =
            statement.executeQuery(
                "SELECT datname FROM pg_database WHERE datname = 'drop_copy'"
                    + " OR datname LIKE 'tenant_big_%'")) {
          while (rows.next()) {
            made.add(rows.getString(1));
          }
        }
        for (var name : made) {
          statement.execute("DROP DATABASE \"" + name + "\" WITH (FORCE)");
        }
      }
    }
  }

  private static String uri(LocalCluster server, String database) {
    return "postgres://postgres@127.0.0.1:" + server.port() + "/" + database;
  }

  /** The superuser's passwords by file. */
  private static Map<String, String> access(LocalCluster source, LocalCluster target, Path scratch)
      throws IOException {
    var file = scratch.resolve("passwords");
    if (!Files.exists(file)) {
      var onlyOurs = PosixFilePermissions.fromString("rw-------");
      Files.createFile(file, PosixFilePermissions.asFileAttribute(onlyOurs));
      Files.writeString(file, password(source) + password(target));
    }
    return Map.of("PGPASSFILE", file.toString());
  }

  private static String password(LocalCluster server) {
    var password = server.adminLogin("postgres").password().reveal();
    return "127.0.0.1:%d:*:postgres:%s%n".formatted(server.port(), password);
  }

  /**
   * Runs it to its end, by way of a shell that tells the CPU time of all that it waited for, and in
   * a session of its own: pgcopydb ends its whole process group when it fails.
   */
  private static Ran run(Map<String, String> environment, Path folder, String... command)
      throws IOException, InterruptedException {
    var line = new ArrayList<>(List.of("setsid", "--wait", "bash", "-c", SHELL, "run"));
    line.addAll(List.of(command));
    var output = Files.createTempFile("bench", ".out");
    var builder = new ProcessBuilder(line);
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    var process = builder.start();
    if (!process.waitFor(30, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    var said = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    if (process.exitValue() != 0) {
      throw new IllegalStateException(List.of(command) + " in " + folder + ": " + said);
    }
    double cpu = 0;
    var lines = said.strip().lines().toList();
    var times = TIMES.matcher(lines.getLast());
    while (times.find()) {
      cpu += 60 * Double.parseDouble(times.group(1)) + Double.parseDouble(times.group(2));
    }
    return new Ran(cpu, said);
  }

  private void print(LocalCluster source) throws SQLException {
    try (var admin = source.admin(BigTenant.NAME);
        var statement = admin.createStatement();
        var row =
            statement.executeQuery(
                "SELECT pg_database_size(current_database()) >> 20, version()")) {
      row.next();
      System.out.printf(
          Locale.ROOT,
          "%nA tenant of %d MB, %d rounds in turns, %d workers, %d processors, %s%n",
          row.getLong(1),
          ROUNDS,
          WORKERS,
          Runtime.getRuntime().availableProcessors(),
          row.getString(2).split(" on ", 2)[0]);
    }
    System.out.printf(
        "%-32s %8s %8s %8s %8s %8s %22s %8s%n",
        "", "wall s", "least", "most", "CPU s", "scratch", "ours is faster by", "CPU of");
    all.forEach(this::print);
    System.out.printf(
        Locale.ROOT,
        "heap of the bot's process, most: %d MB (limit 256 MB)%n",
        all.getOrDefault(OURS, List.of()).stream().mapToLong(Measured::heap).max().orElse(0) >> 20);
  }

  private void print(String way, List<Measured> rounds) {
    var ours = all.getOrDefault(OURS, List.of());
    var faster = new ArrayList<Double>();
    var work = new ArrayList<Double>();
    for (int i = 0; i < rounds.size(); i++) {
      faster.add(rounds.get(i).wall / ours.get(i).wall);
      work.add(ours.get(i).cpu() / rounds.get(i).cpu());
    }
    var walls = rounds.stream().map(Measured::wall).sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%-32s %8.1f %8.1f %8.1f %8.1f %5d MB %6.2f (%.2f to %.2f) %8.2f%n",
        way,
        median(walls),
        walls.getFirst(),
        walls.getLast(),
        median(rounds.stream().map(Measured::cpu).toList()),
        rounds.stream().mapToLong(Measured::scratch).max().orElse(0) >> 20,
        median(faster),
        Collections.min(faster),
        Collections.max(faster),
        median(work));
  }

  private static double median(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
