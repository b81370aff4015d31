package io.countersign.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every reader under Jazzer, each for {@code -Dfuzz.minutes}; with {@code -Dfuzz.only} those whose
 * name holds it. In a process of its own: its agent would change every class of the JVM that runs
 * the other tests. What it finds stands in {@code target/fuzz}; mended, it goes into the corpus.
 */
@Tag("chaos")
class FuzzTest {
  private static final long SECONDS = Math.round(60 * Double.parseDouble(minutes()));
  private static final long GRACE = 120;
  private static final long TAIL = 8_192;
  private static final Path FOLDER = Path.of("target/fuzz").toAbsolutePath();

  private static String minutes() {
    return System.getProperty("fuzz.minutes", "1");
  }

  @TestFactory
  Stream<DynamicTest> no_input_breaks_a_reader() {
    return Targets.ALL.stream()
        .filter(it -> it.contains(System.getProperty("fuzz.only", "")))
        .map(it -> DynamicTest.dynamicTest(it, () -> fuzz(it)));
  }

  private static void fuzz(String target) throws IOException, InterruptedException {
    var folder = FOLDER.resolve(target);
    var found = Files.createDirectories(folder.resolve("found"));
    var log = folder.resolve("log.txt");
    var process =
        new ProcessBuilder(argv(target, found))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(SECONDS + GRACE, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("see %s%n%s", log, tail(log)).isZero();
  }

  /** A refusal of each of millions of inputs would fill the disk. */
  private static Path quiet() throws IOException {
    return Files.writeString(FOLDER.resolve("logging.properties"), ".level=OFF\n");
  }

  private static List<String> argv(String target, Path found) throws IOException {
    var argv = new ArrayList<String>();
    argv.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx1g"));
    // the fuzzer loads its own native part, and prefers an agent over attaching
    argv.addAll(List.of("-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED"));
    argv.addAll(List.of("-cp", System.getProperty("java.class.path")));
    argv.add("-Djava.util.logging.config.file=" + quiet());
    argv.add("com.code_intelligence.jazzer.Jazzer");
    argv.add("--target_class=" + target);
    argv.add("--instrumentation_includes=io.countersign.**");
    argv.add("--custom_hook_includes=io.countersign.**");
    argv.addAll(List.of("-max_total_time=" + SECONDS, "-timeout=60", "-rss_limit_mb=3000"));
    argv.addAll(List.of("-max_len=8192", "-print_final_stats=1"));
    argv.add(found.toString());
    argv.add(Targets.corpus(target).toAbsolutePath().toString());
    return argv;
  }

  /** What is fuzzed may have said something at each of millions of inputs. */
  private static String tail(Path log) throws IOException {
    try (var file = FileChannel.open(log)) {
      long from = Math.max(0, file.size() - TAIL);
      var bytes = ByteBuffer.allocate((int) (file.size() - from));
      file.read(bytes, from);
      return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }
  }
}
