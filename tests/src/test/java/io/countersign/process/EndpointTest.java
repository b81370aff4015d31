package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.postgres.ClusterOptions;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.sandbox.postgres.StopMode;
import io.countersign.sandbox.slack.Signature;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bot's own HTTP address, asked over the network. Slack cannot be reached all the while. */
class EndpointTest {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String JSON = "application/json";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private static Path folder;
  private static @Nullable LocalCluster cluster;
  private static @Nullable Bot bot;

  @BeforeAll
  static void start() throws IOException, Bot.CannotStart {
    var own =
        LocalCluster.create(
            PgPrograms.newWorkFolder("cs-endpoint-"),
            PgPrograms.find(),
            ClusterOptions.disposable());
    cluster = own;
    own.start();
    bot = Bot.start(BotWorld.environment(folder, own.adminLogin("postgres")));
  }

  @AfterAll
  static void stop() {
    bot().close();
    cluster().close();
  }

  private static Bot bot() {
    return Optional.ofNullable(bot).orElseThrow();
  }

  private static LocalCluster cluster() {
    return Optional.ofNullable(cluster).orElseThrow();
  }

  @Test
  void what_is_not_signed_is_refused() throws Exception {
    var request = request(FORM, typed("unsigned")).build();

    refused(request, 401, "unsigned");
  }

  @Test
  void what_is_signed_with_another_secret_is_refused() throws Exception {
    var body = typed("forged");
    var now = Long.toString(Instant.now().getEpochSecond());

    refused(
        request(FORM, body)
            .header("X-Slack-Request-Timestamp", now)
            .header("X-Slack-Signature", Signature.of("another secret", now, body))
            .build(),
        401,
        "forged");
  }

  /** Ten seconds beyond the window in the future: the clock goes on while the request travels. */
  @ParameterizedTest
  @ValueSource(longs = {-301, -3_600, 310, 86_400})
  void what_is_not_of_these_five_minutes_is_refused(long seconds) throws Exception {
    var key = "age" + seconds;

    refused(signed(FORM, typed(key), seconds), 401, key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing=known",
        "payload=%7Bno+json",
        "payload=%5B%5D",
        "payload=%7B%7D",
        "%%%",
        "\u0000\uffff"
      })
  void signed_garbage_is_malformed(String garbage) throws Exception {
    var before = requests();

    assertThat(send(signed(FORM, garbage, 0)).statusCode()).isEqualTo(400);
    assertThat(requests()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{\"type\":7}", "{\"type\":\"event_callback\"}"})
  void signed_garbage_of_events_is_malformed(String garbage) throws Exception {
    var before = requests();

    assertThat(send(signed(JSON, garbage, 0)).statusCode()).isEqualTo(400);
    assertThat(requests()).isEqualTo(before);
  }

  @Test
  void what_is_too_long_is_refused_though_it_is_signed() throws Exception {
    refused(signed(FORM, typed("long") + "&x=" + "y".repeat(256 * 1024), 0), 413, "long");
  }

  @Test
  void only_posts_are_taken() throws Exception {
    var get = HttpRequest.newBuilder(bot().address()).GET().build();

    assertThat(send(get).statusCode()).isEqualTo(405);
  }

  @Test
  void the_same_request_twice_is_one() throws Exception {
    var request = signed(FORM, typed("twice"), 0);

    assertThat(send(request).statusCode()).isEqualTo(200);
    assertThat(send(request).statusCode()).isEqualTo(200);
    assertThat(requests("twice")).isEqualTo(1);
  }

  @Test
  void it_is_alive_and_ready_without_slack_and_not_ready_without_its_database() throws Exception {
    assertThat(health("live")).isEqualTo(200);
    assertThat(health("ready")).isEqualTo(200);

    cluster().stop(StopMode.FAST);
    try {
      assertThat(health("ready")).isEqualTo(503);
      assertThat(health("live")).as("a restart would mend nothing").isEqualTo(200);
      assertThat(send(signed(FORM, typed("lost"), 0)).body()).contains("cannot reach my database");
    } finally {
      cluster().start();
    }
    // the pool may hold sessions that died with the server until it has tried them
    await().atMost(Duration.ofSeconds(30)).until(() -> health("ready") == 200);
    assertThat(requests("lost")).isZero();
  }

  private static int health(String which) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(bot().address().resolve("/health/" + which)).build())
        .statusCode();
  }

  private static void refused(HttpRequest request, int status, String key) throws Exception {
    assertThat(send(request).statusCode()).isEqualTo(status);
    assertThat(requests(key)).isZero();
  }

  private static String typed(String key) {
    return Map.of(
            "team_id", "T0COUNTERSIGN",
            "user_id", Workspace.ALICE,
            "channel_id", Workspace.INCIDENT,
            "command", "/tenant-restore",
            "text", "acme to 14:30",
            "response_url", "http://127.0.0.1:1/",
            "trigger_id", key)
        .entrySet()
        .stream()
        .map(it -> it.getKey() + "=" + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static HttpRequest signed(String type, String body, long seconds) {
    var then = Long.toString(Instant.now().plusSeconds(seconds).getEpochSecond());
    return request(type, body)
        .header("X-Slack-Request-Timestamp", then)
        .header("X-Slack-Signature", Signature.of(BotWorld.SIGNING_SECRET, then, body))
        .build();
  }

  private static HttpRequest.Builder request(String type, String body) {
    URI address = bot().address();
    return HttpRequest.newBuilder(address)
        .timeout(Duration.ofSeconds(20))
        .header("Content-Type", type)
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static int requests() throws SQLException {
    return number("SELECT count(*) FROM countersign.request");
  }

  private static int requests(String key) throws SQLException {
    return number("SELECT count(*) FROM countersign.request WHERE key = '" + key + "'");
  }

  private static int number(String sql) throws SQLException {
    try (var connection = cluster().admin("postgres");
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
