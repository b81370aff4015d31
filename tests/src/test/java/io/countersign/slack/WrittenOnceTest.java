package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.countersign.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Slack may have carried out what it did not answer. */
class WrittenOnceTest {
  private final AtomicInteger requests = new AtomicInteger();

  @Test
  void a_request_whose_kept_connection_breaks_is_not_written_again() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answerTheFirst);
    server.start();
    try {
      var slack =
          SlackApi.of(
              new SlackSettings(
                  new Secret("xoxb-nobody"),
                  Optional.of(new Secret("nothing")),
                  Optional.empty(),
                  URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/"),
                  Set.of()));

      assertThat(slack.self()).isInstanceOf(Answer.Ok.class);
      assertThat(slack.self()).isInstanceOf(Answer.Unreachable.class);

      assertThat(requests).hasValue(2);
    } finally {
      server.stop(0);
    }
  }

  /** The connection stays open after the first request and breaks in the second. */
  private void answerTheFirst(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      if (requests.incrementAndGet() == 1) {
        var body =
            "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U1\"}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }
}
