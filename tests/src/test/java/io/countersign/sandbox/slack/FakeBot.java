package io.countersign.sandbox.slack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The other end of a delivery: keeps what it was sent and answers as told. */
final class FakeBot implements AutoCloseable {

  record Request(
      String body, @Nullable String timestamp, @Nullable String signature, @Nullable String retry) {

    /** The payload of an interaction, or the body of an event, as text. */
    String decoded() {
      return URLDecoder.decode(body, StandardCharsets.UTF_8);
    }

    String field(String name) {
      return Arguments.form(body).getOrDefault(name, "");
    }
  }

  record Reply(int status, String body) {
    static final Reply OK = new Reply(200, "");
  }

  private final HttpServer server;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private volatile Function<Request, Reply> behaviour = _ -> Reply.OK;

  FakeBot() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Request request =
        new Request(
            body,
            exchange.getRequestHeaders().getFirst("X-Slack-Request-Timestamp"),
            exchange.getRequestHeaders().getFirst("X-Slack-Signature"),
            exchange.getRequestHeaders().getFirst("X-Slack-Retry-Num"));
    requests.add(request);
    Reply reply = behaviour.apply(request);
    byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  void answers(Function<Request, Reply> how) {
    behaviour = how;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/slack/events");
  }

  Optional<Request> next(Duration patience) throws InterruptedException {
    return Optional.ofNullable(requests.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  Request next() throws InterruptedException {
    return next(Duration.ofSeconds(5)).orElseThrow();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
