package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The page for people: its files, its state, its stream of changes, and what people do on it. */
final class PageDoor {

  private static final Map<String, String> TYPES =
      Map.of("html", "text/html", "js", "text/javascript", "css", "text/css");
  private static final Set<String> FILES =
      Set.of(
          "index.html",
          "page.css",
          "page.js",
          "blocks.js",
          "composer.js",
          "dialogs.js",
          "forms.js",
          "lists.js",
          "markup.js",
          "messages.js",
          "news.js",
          "pickers.js",
          "times.js");
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final World world;
  private final PageState state;
  private final PageActs acts;

  PageDoor(World world, Extras extras, SlackDriver driver) {
    this.world = world;
    this.state = new PageState(world, extras);
    this.acts = new PageActs(world, extras, driver);
  }

  void handle(HttpExchange exchange) throws IOException {
    if (!isLocal(exchange)) {
      ApiDoor.send(exchange, 403, "text/plain", "This page answers at 127.0.0.1 only.");
      return;
    }
    String path = exchange.getRequestURI().getPath();
    if (exchange.getRequestMethod().equals("POST")) {
      act(exchange, path);
    } else if (path.equals("/page/state")) {
      showState(exchange);
    } else if (path.equals("/page/changes")) {
      stream(exchange);
    } else if (path.startsWith("/page/file/")) {
      picture(exchange, path.substring("/page/file/".length()));
    } else {
      file(exchange, path);
    }
  }

  /**
   * Another site's page must not be able to act here, not even through a name that it points at
   * 127.0.0.1.
   */
  private boolean isLocal(HttpExchange exchange) {
    int port = world.base().getPort();
    String host = ApiDoor.header(exchange, "Host");
    return List.of("127.0.0.1:" + port, "localhost:" + port).contains(host);
  }

  private void act(HttpExchange exchange, String path) throws IOException {
    // A type that other sites' forms cannot send.
    boolean isJson = ApiDoor.header(exchange, "Content-Type").startsWith("application/json");
    Optional<ObjectNode> body = Json.parseObject(ApiDoor.body(exchange));
    if (!isJson || body.isEmpty() || !path.startsWith("/page/")) {
      ApiDoor.send(exchange, 400, "text/plain", "JSON is expected here.");
      return;
    }
    try {
      String verb = path.substring("/page/".length());
      send(exchange, acts.act(verb, body.get()));
    } catch (IllegalStateException | IllegalArgumentException impossible) {
      String why = Optional.ofNullable(impossible.getMessage()).orElse("that is not possible");
      send(exchange, Json.object().put("error", why));
    }
  }

  private void showState(HttpExchange exchange) throws IOException {
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    String id = new HashMap<>(Arguments.form(query)).getOrDefault("as", "");
    Person me = world.directory().person(id).orElseGet(() -> world.directory().people().getFirst());
    send(exchange, state.seenBy(me));
  }

  private void stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    long known = -1;
    while (!Thread.currentThread().isInterrupted()) {
      long version = world.guard().awaitNewer(known, HEARTBEAT);
      String line = version > known ? "data: " + version + "\n\n" : ": still here\n\n";
      known = version;
      out.write(line.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }

  /** Whoever may see the page may see every picture on it: it is one machine's. */
  private void picture(HttpExchange exchange, String id) throws IOException {
    Optional<Picture> found = world.files().find(id).map(StoredFile::picture);
    if (found.isEmpty()) {
      ApiDoor.send(exchange, 404, "text/plain", "There is no such picture.");
      return;
    }
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", found.get().type());
    headers.set("Content-Security-Policy", "default-src 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    byte[] bytes = found.get().bytes();
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void file(HttpExchange exchange, String path) throws IOException {
    boolean isPage = path.equals("/") || path.startsWith("/archives/");
    String name = isPage ? "index.html" : path.substring(1);
    if (!FILES.contains(name)) {
      ApiDoor.send(exchange, 404, "text/plain", "There is nothing here.");
      return;
    }
    try (InputStream in = PageDoor.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Security-Policy", POLICY);
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Cache-Control", "no-cache");
      String type = TYPES.getOrDefault(name.substring(name.indexOf('.') + 1), "text/plain");
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      ApiDoor.send(exchange, 200, type, text);
    }
  }

  private static void send(HttpExchange exchange, JsonNode json) throws IOException {
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    ApiDoor.send(exchange, 200, "application/json", Json.write(json));
  }
}
