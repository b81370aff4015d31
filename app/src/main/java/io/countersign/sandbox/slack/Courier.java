package io.countersign.sandbox.slack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Carries deliveries to the bot: signed, within the ack time, and again when the bot did not take
 * them.
 */
final class Courier implements AutoCloseable {

  private final Guard guard;
  private final Workspace workspace;
  private final Clock clock;
  private final Limits limits;
  private final HttpClient http;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("redelivery").factory());
  private final AtomicReference<@Nullable URI> bot = new AtomicReference<>();
  private final List<Delivery> sent = new ArrayList<>();
  private int underWay;

  Courier(World world) {
    this.guard = world.guard();
    this.workspace = world.workspace();
    this.clock = world.clock();
    this.limits = world.limits();
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(limits.ackTime())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  void deliverTo(URI address) {
    bot.set(address);
  }

  List<Delivery> sent() {
    return guard.read(() -> List.copyOf(sent));
  }

  int underWay() {
    return guard.read(() -> underWay);
  }

  /** Waits for the first answer; redeliveries go on by themselves. */
  Outcome deliver(Delivery delivery) {
    guard.changed(() -> sent.add(delivery));
    return attempt(delivery, 0, "");
  }

  void deliverSoon(Delivery delivery) {
    guard.changed(() -> underWay++);
    Thread.ofVirtual()
        .name("delivery")
        .start(
            () -> {
              try {
                deliver(delivery);
              } finally {
                guard.changed(() -> underWay--);
              }
            });
  }

  /** Delivers again what was delivered before, as after a lost answer. */
  Outcome again(Delivery delivery) {
    return send(delivery, 1, "http_timeout");
  }

  private Outcome attempt(Delivery delivery, int retry, String reason) {
    Outcome outcome = send(delivery, retry, reason);
    boolean mayRetry = delivery.isEvent() || limits.redeliverInteractions();
    if (!outcome.isAcknowledged() && mayRetry && retry < limits.retryDelays().size()) {
      Duration pause = limits.retryDelays().get(retry);
      String why = outcome.isTimeout() ? "http_timeout" : "http_error";
      var _ =
          timer.schedule(
              () -> Thread.ofVirtual().start(() -> attempt(delivery, retry + 1, why)),
              pause.toMillis(),
              TimeUnit.MILLISECONDS);
    }
    return outcome;
  }

  private Outcome send(Delivery delivery, int retry, String reason) {
    URI address = bot.get();
    if (address == null) {
      return new Outcome(delivery, 0, "");
    }
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(limits.ackTime())
            .header("Content-Type", delivery.contentType())
            .header("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header("X-Slack-Request-Timestamp", timestamp)
            .header(
                "X-Slack-Signature",
                Signature.of(workspace.signingSecret(), timestamp, delivery.body()))
            .POST(HttpRequest.BodyPublishers.ofString(delivery.body()));
    if (retry > 0) {
      request.header("X-Slack-Retry-Num", Integer.toString(retry));
      request.header("X-Slack-Retry-Reason", reason);
    }
    return exchange(delivery, request.build());
  }

  private Outcome exchange(Delivery delivery, HttpRequest request) {
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Outcome(delivery, response.statusCode(), response.body());
    } catch (IOException noAnswer) {
      return new Outcome(delivery, 0, "");
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return new Outcome(delivery, 0, "");
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    http.shutdownNow();
  }
}
