package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Secret;
import io.countersign.action.Stop;
import io.countersign.estate.Login;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a child process writes arrives, however soon it ends. */
class ClientProgramsTest {
  private static final int ROUNDS = 200;

  @TempDir private Path scratch;

  @Test
  void what_a_program_writes_right_before_its_end_is_not_lost() throws Exception {
    var programs = new ClientPrograms(List.of(), scratch);
    var nowhere = new Login("127.0.0.1", 1, "x", "x", new Secret("not-a-secret"));
    var call =
        new ClientPrograms.Call(
            Path.of("/bin/sh"),
            nowhere,
            "cs/x/y/1",
            List.of("-c", "head -c 50000 /dev/zero"),
            Map.of());
    try (var home = programs.scratch("cs/x/y/1")) {
      for (int i = 0; i < ROUNDS; i++) {
        assertThat(programs.output("reading", call, home, new Stop(), 1 << 20)).hasSize(50_000);
      }
    }
  }
}
