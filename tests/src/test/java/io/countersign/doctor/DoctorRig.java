package io.countersign.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.SandboxWorld;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sandbox's world, in which doctor finds nothing, and what it finds when a test has changed it.
 */
abstract class DoctorRig {
  static final String BOT = MedsuiteEstate.BOT;
  static SandboxWorld world;

  @TempDir Path folder;
  final Map<String, String> environment = new TreeMap<>();
  InstantSource clock = InstantSource.system();

  @BeforeAll
  static void install() {
    world =
        SandboxWorld.start(
            new SandboxWorld.Plan(
                Path.of("../runbooks"),
                Path.of("../manifest/estates"),
                UnaryOperator.identity(),
                new MedsuiteEstate.Size(20, 10),
                Limits.hurried(),
                0,
                Transport.HTTP,
                Clock.systemUTC()));
  }

  @AfterAll
  static void end() {
    world.close();
  }

  @BeforeEach
  void good() {
    environment.putAll(world.environment());
    environment.put("COUNTERSIGN_CHANNELS", Workspace.INCIDENT);
  }

  void edit(UnaryOperator<String> change) throws IOException {
    var text = Files.readString(Path.of("../manifest/estates/medsuite.yaml"));
    var changed = change.apply(text);
    assertThat(changed).isNotEqualTo(text);
    var estates = Files.createDirectory(folder.resolve("estates"));
    Files.writeString(estates.resolve("medsuite.yaml"), changed);
    environment.put("COUNTERSIGN_ESTATES", estates.toString());
  }

  static void planted(String database, String plant, String revert, Runnable test) {
    world.execute(database, plant);
    try {
      test.run();
    } finally {
      world.execute(database, revert);
    }
  }

  /** Exactly one finding, and what it says. */
  String only(String what, String wrong, String remedy) {
    var found = findings();
    assertThat(found).as("%s", found).hasSize(1);
    assertThat(found.getFirst().what()).isEqualTo(what);
    assertThat(found.getFirst().wrong()).contains(wrong);
    assertThat(found.getFirst().remedy()).contains(remedy);
    return found.getFirst().line();
  }

  List<Result.Finding> findings() {
    return results().stream()
        .filter(Result.Finding.class::isInstance)
        .map(Result.Finding.class::cast)
        .toList();
  }

  List<Result> results() {
    return new Examination(environment, clock, false).results();
  }

  static String text(List<Result> results) {
    return String.join("\n", results.stream().map(Result::line).toList());
  }
}
