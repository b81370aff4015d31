package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.slack.Signature;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Signed commands at a steady rate, whether the bot keeps up or not: each is measured from the
 * moment at which it should have been sent. Prints milliseconds; nothing is asserted of a time.
 */
@Tag("bench")
class CommandRateTest {
  private static final int RATE = Integer.getInteger("rate", 100);
  private static final int SECONDS = Integer.getInteger("seconds", 30);
  private static final int WARM_UP = Integer.getInteger("warm-up", 10);
  private static final long NANOS = 1_000_000_000;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  @Test
  void acknowledged_kept_and_planned_at_a_steady_rate() {
    try (var bots = new Bots(Bot.HEARTBEAT)) {
      bots.mangle(Bots.SLUGS);
      bots.start();
      play(bots, "warm", WARM_UP, RATE / 5);
      print("warming up", bots, play(bots, "more", WARM_UP, RATE));
      print(
          RATE + " commands a second for " + SECONDS + " s",
          bots,
          play(bots, "real", SECONDS, RATE));
    }
  }

  private record Played(List<Long> acks, List<Long> plans) {
    Played {
      acks = acks.stream().sorted().toList();
      plans = plans.stream().sorted().toList();
    }
  }

  private Played play(Bots bots, String name, int seconds, int rate) {
    int commands = rate * seconds;
    var acks = new ConcurrentLinkedQueue<Long>();
    var sent = new ArrayList<CompletableFuture<?>>();
    long begun;
    Instant at;
    try (var timer = Executors.newSingleThreadScheduledExecutor()) {
      begun = System.nanoTime() + NANOS / 2;
      at = Instant.now().plusNanos(NANOS / 2);
      for (int i = 0; i < commands; i++) {
        int number = i;
        long due = begun + NANOS * number / rate;
        var answered = new CompletableFuture<Void>();
        sent.add(answered);
        var _ =
            timer.schedule(
                () -> send(bots, name, number, due, acks, answered),
                due - System.nanoTime(),
                TimeUnit.NANOSECONDS);
      }
      CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
    }
    assertThat(acks).as("commands that were acknowledged").hasSize(commands);
    assertThat(
            bots.own(
                "SELECT count(*) FROM countersign.request WHERE starts_with(key, '" + name + "')"))
        .as("rows of requests")
        .isEqualTo(Integer.toString(commands));
    awaitPlans(bots, name, commands);
    return new Played(List.copyOf(acks), plans(bots, name, at, rate));
  }

  private void send(
      Bots bots,
      String name,
      int number,
      long due,
      Queue<Long> acks,
      CompletableFuture<Void> answered) {
    var request = signed(bots.newest().address(), typed(bots, name, number));
    var _ =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null && answer.statusCode() == 200 && answer.body().isEmpty()) {
                    acks.add(System.nanoTime() - due);
                  }
                  answered.complete(null);
                });
  }

  private static String typed(Bots bots, String name, int number) {
    var slug = Bots.SLUGS.get(number % Bots.SLUGS.size());
    var key = "%s-%05d".formatted(name, number);
    return Map.of(
            "team_id",
            bots.world().slack().workspace().teamId(),
            "user_id",
            Workspace.ALICE,
            "channel_id",
            Workspace.INCIDENT,
            "command",
            "/tenant-restore",
            "text",
            bots.command(slug) + " because " + key,
            "response_url",
            "http://127.0.0.1:1/",
            "trigger_id",
            key)
        .entrySet()
        .stream()
        .map(it -> it.getKey() + "=" + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static HttpRequest signed(URI address, String body) {
    var now = Long.toString(Instant.now().getEpochSecond());
    var secret = io.countersign.sandbox.slack.Workspace.demo().signingSecret();
    return HttpRequest.newBuilder(address)
        .timeout(Duration.ofSeconds(60))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Slack-Request-Timestamp", now)
        .header("X-Slack-Signature", Signature.of(secret, now, body))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static void awaitPlans(Bots bots, String name, int commands) {
    var planned =
        "SELECT count(*) FROM countersign.draft WHERE starts_with(spec ->> 'reason', '"
            + name
            + "')";
    try {
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> bots.own(planned).equals(Integer.toString(commands)));
    } catch (org.awaitility.core.ConditionTimeoutException late) {
      throw new AssertionError(
          bots.own(planned)
              + " of "
              + commands
              + " were planned; Alice heard "
              + bots.slack().ephemerals(Workspace.ALICE).getLast().rendered(),
          late);
    }
  }

  /** From the moment at which a command should have been sent until its plan is written down. */
  private static List<Long> plans(Bots bots, String name, Instant begun, int rate) {
    var stamps =
        bots.own(
            """
            SELECT string_agg(right(spec ->> 'reason', 5) || ' '
              || (extract(epoch FROM created_at) * 1000000)::bigint, ',')
            FROM countersign.draft WHERE starts_with(spec ->> 'reason', '%s')\
            """
                .formatted(name));
    var took = new ArrayList<Long>();
    for (var stamp : stamps.split(",", -1)) {
      var parts = stamp.split(" ", -1);
      int number = Integer.parseInt(parts[0]);
      long due = begun.plusNanos(NANOS * number / rate).toEpochMilli();
      took.add((Long.parseLong(parts[1]) / 1000 - due) * 1_000_000);
    }
    return took;
  }

  private static void print(String what, Bots bots, Played played) {
    System.out.printf("%n%s%n%-36s %6s %8s %8s %8s%n", what, "ms", "n", "p50", "p99", "max");
    List.of(
            row("acknowledged, its request kept", played.acks()),
            row("its plan is kept", played.plans()))
        .forEach(System.out::println);
    assertThat(bots.newest().isAlive()).isTrue();
  }

  private static String row(String what, List<Long> nanos) {
    var millis = nanos.stream().mapToLong(it -> it / 1_000_000).toArray();
    return String.format(
        Locale.ROOT,
        "%-36s %6d %8d %8d %8d",
        what,
        millis.length,
        millis[(millis.length - 1) / 2],
        millis[(millis.length - 1) * 99 / 100],
        millis[millis.length - 1]);
  }
}
