package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.java_websocket.WebSocket;
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.java_websocket.framing.CloseFrame;

/**
 * Socket Mode: the bot asks for an address, opens sockets there, and gets envelopes in turn on each
 * of them. An envelope is acknowledged on the socket that brought it, or it is delivered again, on
 * whichever is next.
 */
public final class Sockets implements Carrier, AutoCloseable {

  /** The method that hands out addresses. */
  static final String OPEN = "apps.connections.open";

  private static final int MOST = 10;

  private final World world;
  private final SocketServer server = new SocketServer(this);
  private final Set<String> tickets = new HashSet<>();
  private final List<WebSocket> standing = new ArrayList<>();
  private final Map<String, Awaited> awaited = new ConcurrentHashMap<>();
  private final Set<Delivery> acknowledged = new HashSet<>();
  private int turn;
  private int opened;

  /** An envelope that is out. */
  private record Awaited(WebSocket socket, CompletableFuture<Optional<String>> answer) {}

  Sockets(World world) {
    this.world = world;
  }

  /** How many stand and get envelopes. */
  public int standing() {
    return world.guard().read(standing::size);
  }

  /** How many were ever opened. */
  public int opened() {
    return world.guard().read(() -> opened);
  }

  /** Whether the bot has taken it, at whichever attempt. */
  public boolean hasAcknowledged(Delivery delivery) {
    return world.guard().read(() -> acknowledged.contains(delivery));
  }

  /** Waits until so many stand. */
  public boolean awaitStanding(int count, Duration patience) {
    return world
        .guard()
        .await(() -> Optional.of(standing.size()).filter(it -> it == count), patience)
        .isPresent();
  }

  /**
   * Tells the bot on every socket that it will be closed, and sends nothing more there.
   *
   * @param reason {@code warning}, {@code refresh_requested} or {@code link_disabled}
   */
  public void dismiss(String reason) {
    ObjectNode goodbye = Json.object().put("type", "disconnect").put("reason", reason);
    goodbye.putObject("debug_info").put("host", "stand-in");
    takeAll().forEach(it -> it.send(Json.write(goodbye)));
  }

  /**
   * Sends an envelope of any kind, such as one that Slack thinks of tomorrow.
   *
   * @param envelope JSON with an {@code envelope_id}
   * @return whether the bot acknowledged it
   */
  public boolean sendRaw(String envelope) {
    ObjectNode json = Json.parseObject(envelope).orElseThrow();
    WebSocket socket = world.guard().await(this::next, world.limits().ackTime()).orElseThrow();
    Awaited waiting = new Awaited(socket, new CompletableFuture<>());
    String id = Json.text(json, "envelope_id");
    awaited.put(id, waiting);
    try {
      socket.send(envelope);
      return waiting
          .answer()
          .get(world.limits().ackTime().toMillis(), TimeUnit.MILLISECONDS)
          .isPresent();
    } catch (TimeoutException | ExecutionException silent) {
      return false;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      awaited.remove(id);
    }
  }

  /** Closes every socket without a word. */
  public void cut() {
    takeAll().forEach(it -> it.close(CloseFrame.GOING_AWAY));
  }

  private List<WebSocket> takeAll() {
    return world
        .guard()
        .change(
            () -> {
              List<WebSocket> all = List.copyOf(standing);
              standing.clear();
              return all;
            });
  }

  // What the bot does

  /** An address for one socket. */
  URI issue() {
    String ticket = UUID.randomUUID().toString();
    world.guard().changed(() -> tickets.add(ticket));
    return URI.create("ws://127.0.0.1:" + server.listening() + "/link/?ticket=" + ticket);
  }

  void opened(WebSocket socket, String path) {
    String ticket = path.substring(path.indexOf('=') + 1);
    if (!world.guard().change(() -> tickets.remove(ticket))) {
      socket.close(CloseFrame.POLICY_VALIDATION);
    } else if (standing() >= MOST) {
      ObjectNode refusal = Json.object().put("type", "disconnect");
      socket.send(Json.write(refusal.put("reason", "too_many_websockets")));
      socket.close(CloseFrame.POLICY_VALIDATION);
    } else {
      greet(socket);
    }
  }

  private void greet(WebSocket socket) {
    ObjectNode hello = Json.object().put("type", "hello").put("num_connections", standing() + 1);
    hello.putObject("connection_info").put("app_id", world.workspace().appId());
    ObjectNode debug = hello.putObject("debug_info").put("host", "stand-in");
    debug.put("build_number", 1).put("approximate_connection_time", 18060);
    socket.send(Json.write(hello));
    world
        .guard()
        .changed(
            () -> {
              standing.add(socket);
              opened++;
            });
  }

  void closed(WebSocket socket) {
    world.guard().changed(() -> standing.remove(socket));
    awaited.values().stream()
        .filter(it -> it.socket().equals(socket))
        .forEach(it -> it.answer().complete(Optional.empty()));
  }

  void said(WebSocket socket, String text) {
    ObjectNode said = Json.parseObject(text).orElseGet(Json::object);
    Awaited waiting = awaited.get(Json.text(said, "envelope_id"));
    if (waiting != null && waiting.socket().equals(socket)) {
      String payload = said.hasNonNull("payload") ? Json.write(said.get("payload")) : "";
      waiting.answer().complete(Optional.of(payload));
    }
  }

  // What the bot is sent

  /** Without a socket it waits for one as long as for an answer. */
  @Override
  public Outcome send(Delivery delivery, int retry, String reason) {
    Optional<WebSocket> next = world.guard().await(this::next, world.limits().ackTime());
    if (next.isEmpty()) {
      return Outcome.none(delivery);
    }
    WebSocket socket = next.get();
    Optional<Faults.Cut> cut = world.faults().nextCut(delivery.kind());
    cut.ifPresent(_ -> world.guard().changed(() -> standing.remove(socket)));
    String id = UUID.randomUUID().toString();
    Awaited waiting = new Awaited(socket, new CompletableFuture<>());
    if (cut.isEmpty()) {
      awaited.put(id, waiting);
    }
    try {
      if (!cut.equals(Optional.of(Faults.Cut.BEFORE_DELIVERY))) {
        socket.send(Json.write(Envelope.of(id, delivery, retry, reason)));
      }
      if (cut.isPresent()) {
        // after the envelope, on the same socket: whatever the bot answers to it is not heard
        socket.close(CloseFrame.GOING_AWAY);
        return Outcome.none(delivery);
      }
      return answer(delivery, waiting);
    } catch (WebsocketNotConnectedException gone) {
      return Outcome.none(delivery);
    } finally {
      awaited.remove(id);
    }
  }

  /** In turn; only under the guard. */
  private Optional<WebSocket> next() {
    return standing.isEmpty()
        ? Optional.empty()
        : Optional.of(standing.get(turn++ % standing.size()));
  }

  private Outcome answer(Delivery delivery, Awaited waiting) {
    try {
      return waiting
          .answer()
          .get(world.limits().ackTime().toMillis(), TimeUnit.MILLISECONDS)
          .map(payload -> taken(delivery, payload))
          .orElseGet(() -> Outcome.none(delivery));
    } catch (TimeoutException silent) {
      return Outcome.none(delivery);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("nobody completes it so", impossible);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return Outcome.none(delivery);
    }
  }

  private Outcome taken(Delivery delivery, String payload) {
    world.guard().changed(() -> acknowledged.add(delivery));
    return new Outcome(delivery, 200, payload);
  }

  @Override
  public String reason(Outcome failed) {
    return "timeout";
  }

  /** Slack promises it for events; what comes twice must not do harm, so here it comes twice. */
  @Override
  public boolean redelivers(Delivery delivery) {
    return true;
  }

  @Override
  public void close() {
    server.close();
  }
}
