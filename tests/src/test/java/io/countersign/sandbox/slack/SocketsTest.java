package io.countersign.sandbox.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.socket_mode.SocketModeClient;
import com.slack.api.socket_mode.request.SlashCommandsEnvelope;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.handshake.ServerHandshake;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stand-in's sockets as a bot sees them, and as Slack's own client does. */
class SocketsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final StandInSlack slack =
      StandInSlack.start(
          0,
          Workspace.demo(),
          Limits.hurried().withoutEcho().withAckTime(Duration.ofMillis(400)),
          Clock.systemUTC());
  private final SlackDriver people = slack.driver();

  SocketsTest() {
    slack.deliverOverSockets();
  }

  @AfterEach
  void close() {
    slack.close();
  }

  private Slack library() {
    SlackConfig config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(slack.apiUrl().toString());
    return Slack.getInstance(config);
  }

  private String address() throws Exception {
    String token = slack.workspace().appToken();
    return library().methods(token).appsConnectionsOpen(r -> r).getUrl();
  }

  private Socket socket() throws Exception {
    Socket socket = new Socket(URI.create(address()));
    socket.connect();
    assertThat(socket.next().path("type").asText()).isEqualTo("hello");
    return socket;
  }

  private void say(String text) {
    people.say(ALICE, INCIDENT, text);
  }

  /** A bot's end that acknowledges only when told. */
  private static final class Socket extends WebSocketClient {
    private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

    Socket(URI address) {
      super(address);
    }

    ObjectNode next() throws InterruptedException {
      String text = came.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return Json.parseObject(text == null ? "{}" : text).orElseThrow();
    }

    void acknowledge(ObjectNode envelope) {
      ObjectNode ack = Json.object();
      send(Json.write(ack.set("envelope_id", envelope.get("envelope_id"))));
    }

    @Override
    public void onOpen(ServerHandshake handshake) {}

    @Override
    public void onMessage(String message) {
      came.add(message);
    }

    @Override
    public void onClose(int code, String reason, boolean remote) {
      closed.add(code);
    }

    @Override
    public void onError(Exception failure) {}
  }

  @Test
  void slacks_own_client_gets_a_command_and_its_ack_is_seen_by_the_typist() throws Exception {
    String token = slack.workspace().appToken();
    try (SocketModeClient client =
        library().socketMode(token, SocketModeClient.Backend.JavaWebSocket)) {
      client.addSlashCommandsEnvelopeListener(it -> answer(client, it));
      client.connect();

      SlashResult result = people.slash(ALICE, INCIDENT, "/tenant-restore", "acme & <b> ü");

      assertThat(result.isAcknowledged()).isTrue();
      assertThat(result.shown().orElseThrow().text()).isEqualTo("heard acme & <b> ü");
      assertThat(people.ephemerals(BOB)).isEmpty();
    }
  }

  private static void answer(SocketModeClient client, SlashCommandsEnvelope envelope) {
    ObjectNode ack = Json.object().put("envelope_id", envelope.getEnvelopeId());
    String typed = envelope.getPayload().getAsJsonObject().get("text").getAsString();
    ack.putObject("payload").put("text", "heard " + typed);
    client.sendWebSocketMessage(Json.write(ack));
  }

  @Test
  void an_event_that_nobody_acknowledges_comes_again_with_its_count() throws Exception {
    Socket socket = socket();
    say("hello");

    for (int attempt = 0; attempt <= 3; attempt++) {
      ObjectNode envelope = socket.next();
      assertThat(envelope.path("type").asText()).isEqualTo("events_api");
      assertThat(envelope.path("retry_attempt").asInt(-1)).isEqualTo(attempt);
      assertThat(envelope.path("retry_reason").asText()).isEqualTo(attempt == 0 ? "" : "timeout");
      assertThat(envelope.path("payload").path("event").path("text").asText()).isEqualTo("hello");
    }
  }

  @Test
  void what_was_acknowledged_does_not_come_again() throws Exception {
    Socket socket = socket();
    say("first");
    socket.acknowledge(socket.next());
    assertThat(people.awaitDelivered(PATIENCE)).isTrue();
    say("second");

    ObjectNode next = socket.next();

    assertThat(next.path("payload").path("event").path("text").asText()).isEqualTo("second");
    assertThat(next.path("retry_attempt").asInt(-1)).isZero();
  }

  @Test
  void sockets_take_turns_and_an_ack_on_another_one_does_not_count() throws Exception {
    Socket one = socket();
    Socket other = socket();
    assertThat(slack.sockets().awaitStanding(2, PATIENCE)).isTrue();
    say("hello");

    ObjectNode first = one.next();
    other.acknowledge(first);
    ObjectNode again = other.next();

    assertThat(again.path("retry_attempt").asInt()).isEqualTo(1);
    assertThat(again.path("payload")).isEqualTo(first.path("payload"));
    assertThat(again.path("envelope_id")).isNotEqualTo(first.path("envelope_id"));
  }

  @Test
  void a_socket_that_was_told_to_go_gets_nothing_more() throws Exception {
    Socket old = socket();
    assertThat(slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
    slack.sockets().dismiss("refresh_requested");
    assertThat(old.next().path("reason").asText()).isEqualTo("refresh_requested");
    Socket young = socket();
    assertThat(slack.sockets().awaitStanding(1, PATIENCE)).isTrue();
    say("hello");

    assertThat(young.next().path("type").asText()).isEqualTo("events_api");
    assertThat(old.came).isEmpty();
  }

  @Test
  void only_the_app_token_opens_sockets_and_it_opens_nothing_else() throws Exception {
    String bot = slack.workspace().botToken();
    String app = slack.workspace().appToken();

    assertThat(library().methods(bot).appsConnectionsOpen(r -> r).getError())
        .isEqualTo("not_allowed_token_type");
    assertThat(library().methods("xapp-other").appsConnectionsOpen(r -> r).getError())
        .isEqualTo("invalid_auth");
    assertThat(library().methods(app).authTest(r -> r).getError())
        .isEqualTo("not_allowed_token_type");
  }

  @Test
  void an_address_opens_one_socket() throws Exception {
    URI address = URI.create(address());
    Socket first = new Socket(address);
    first.connect();
    assertThat(first.next().path("type").asText()).isEqualTo("hello");

    Socket second = new Socket(address);
    second.connect();

    assertThat(second.closed.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(1008);
    assertThat(second.came).isEmpty();
  }

  @Test
  void an_eleventh_socket_is_turned_away() throws Exception {
    for (int count = 1; count <= 10; count++) {
      socket();
      assertThat(slack.sockets().awaitStanding(count, PATIENCE)).isTrue();
    }
    Socket eleventh = new Socket(URI.create(address()));
    eleventh.connect();

    assertThat(eleventh.next().path("reason").asText()).isEqualTo("too_many_websockets");
  }
}
