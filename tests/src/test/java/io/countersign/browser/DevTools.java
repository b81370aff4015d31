package io.countersign.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Chromium's DevTools protocol over a pair of pipes: JSON, each message ended by a zero byte. A
 * pipe needs no port, and a browser whose pipe ends goes away with the tests that started it.
 */
final class DevTools {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE = 30;

  private final OutputStream to;
  private final Consumer<JsonNode> events;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private volatile String session = "";

  /**
   * @param events is told whatever the browser says by itself
   */
  DevTools(InputStream from, OutputStream to, Consumer<JsonNode> events) {
    this.to = to;
    this.events = events;
    Thread.ofVirtual().start(() -> listen(from));
  }

  /** From now on everything is said to this page. */
  void attach(String sessionId) {
    session = sessionId;
  }

  static ObjectNode params() {
    return JSON.createObjectNode();
  }

  JsonNode send(String method) {
    return send(method, params());
  }

  /** Says something and waits for the answer. */
  JsonNode send(String method, ObjectNode params) {
    var id = count.incrementAndGet();
    var message = params().put("id", id).put("method", method);
    message.set("params", params);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    var answer = new CompletableFuture<JsonNode>();
    asked.put(id, answer);
    write(message);
    try {
      var said = answer.get(PATIENCE, TimeUnit.SECONDS);
      if (said.has("error")) {
        throw new AssertionError(method + ": " + said.get("error"));
      }
      return said.path("result");
    } catch (TimeoutException | ExecutionException silent) {
      throw new AssertionError("The browser did not answer " + method, silent);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  private void write(ObjectNode message) {
    try {
      synchronized (to) {
        to.write(JSON.writeValueAsBytes(message));
        to.write(0);
        to.flush();
      }
    } catch (IOException gone) {
      throw new UncheckedIOException("The browser has ended", gone);
    }
  }

  private void listen(InputStream from) {
    var message = new ByteArrayOutputStream();
    try {
      for (int next = from.read(); next >= 0; next = from.read()) {
        if (next == 0) {
          heard(message.toString(StandardCharsets.UTF_8));
          message.reset();
        } else {
          message.write(next);
        }
      }
    } catch (IOException gone) {
      // the browser was ended; whoever still waits is told below
    }
    asked.values().forEach(it -> it.completeExceptionally(new IOException("the browser ended")));
  }

  private void heard(String text) throws JsonProcessingException {
    var message = JSON.readTree(text);
    var answer = asked.remove(message.path("id").asInt());
    if (answer == null) {
      events.accept(message);
    } else {
      answer.complete(message);
    }
  }
}
