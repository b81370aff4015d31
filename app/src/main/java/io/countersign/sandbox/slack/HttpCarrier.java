package io.countersign.sandbox.slack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Signed requests to the bot's address. */
final class HttpCarrier implements Carrier, AutoCloseable {

  private final World world;
  private final HttpClient http;
  private final AtomicReference<@Nullable URI> bot = new AtomicReference<>();

  HttpCarrier(World world) {
    this.world = world;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(world.limits().ackTime())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  void to(URI address) {
    bot.set(address);
  }

  @Override
  public Outcome send(Delivery delivery, int retry, String reason) {
    URI address = bot.get();
    if (address == null) {
      return Outcome.none(delivery);
    }
    String timestamp = Long.toString(world.clock().instant().getEpochSecond());
    String secret = world.workspace().signingSecret();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(world.limits().ackTime())
            .header("Content-Type", delivery.contentType())
            .header("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header("X-Slack-Request-Timestamp", timestamp)
            .header("X-Slack-Signature", Signature.of(secret, timestamp, delivery.body()))
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
      return Outcome.none(delivery);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return Outcome.none(delivery);
    }
  }

  @Override
  public String reason(Outcome failed) {
    return failed.isTimeout() ? "http_timeout" : "http_error";
  }

  @Override
  public boolean redelivers(Delivery delivery) {
    return delivery.isEvent() || world.limits().redeliverInteractions();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
