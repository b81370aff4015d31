package io.countersign.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.slack.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TakenPortTest {
  @Test
  void a_taken_port_is_told_with_the_remedy_before_any_server_is_made() throws IOException {
    var made = new AtomicBoolean();
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  SandboxWorld.start(
                      plan(other.getLocalPort()),
                      folder -> {
                        made.set(true);
                        throw new IOException("not expected");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Port %d is taken, so the page has no address. Choose another with -Dport=N, or 0 for"
                      .formatted(other.getLocalPort())
                  + " any free one.");
    }
    assertThat(made).isFalse();
  }

  private static SandboxWorld.Plan plan(int port) {
    return new SandboxWorld.Plan(
        Path.of("../runbooks"),
        Path.of("../manifest/estates"),
        UnaryOperator.identity(),
        MedsuiteEstate.Size.SMALL,
        Limits.slack(),
        port,
        Transport.HTTP,
        Clock.systemUTC());
  }
}
