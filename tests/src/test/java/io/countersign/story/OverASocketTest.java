package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The whole bot that Slack reaches by a socket alone. */
@Tag("chaos")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverASocketTest {
  private final Stage stage = Stage.open(Transport.SOCKET);

  @AfterAll
  void close() {
    stage.close();
  }

  @Test
  void a_restore_goes_through_though_the_socket_is_cut_in_the_middle_of_the_vote()
      throws Exception {
    var run = stage.start("acme");
    var card = stage.awaitCard(run);
    stage.world().slack().faults().cutSocketBeforeAck("block_actions");

    assertThat(stage.click(Workspace.BOB, card, Stage.APPROVE)).contains("Your approval counts");

    assertThat(stage.awaitEnded(run)).startsWith("acme is back");
    assertThat(stage.journal("SELECT count(*) FROM countersign.vote")).isEqualTo("1");
    assertThat(stage.told(Workspace.BOB)).hasSize(1);
    assertThat(stage.world().slack().sockets().opened()).isEqualTo(2);
    assertThat(unsignedOverHttp()).as("nothing is taken over HTTP").isEqualTo(404);
  }

  private int unsignedOverHttp() throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(stage.address())
              .POST(HttpRequest.BodyPublishers.ofString("ssl_check=1"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }
}
