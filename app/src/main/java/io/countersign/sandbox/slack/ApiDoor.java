package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The HTTP addresses that the bot calls: Web API, response_urls, uploads. */
final class ApiDoor {

  private static final int LARGEST_BODY = 20_000_000;

  private final World world;
  private final WebApi api;
  private final Answers answers;

  ApiDoor(World world, WebApi api, Answers answers) {
    this.world = world;
    this.api = api;
    this.answers = answers;
  }

  /** False when the address is not the bot's. */
  boolean handles(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean known =
        path.startsWith("/api/") || path.startsWith("/actions/") || path.startsWith("/upload/");
    if (!known) {
      return false;
    }
    byte[] bytes = bytes(exchange);
    String body = new String(bytes, StandardCharsets.UTF_8);
    if (world.faults().isDown()) {
      exchange.close();
      return true;
    }
    String last = path.substring(path.lastIndexOf('/') + 1);
    if (path.startsWith("/api/")) {
      webApi(exchange, last, body);
    } else if (path.startsWith("/actions/")) {
      responseUrl(exchange, last, body);
    } else {
      upload(exchange, last, bytes);
    }
    return true;
  }

  private void webApi(HttpExchange exchange, String method, String body) throws IOException {
    String contentType = header(exchange, "Content-Type");
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    try {
      Arguments arguments = Arguments.parse(contentType, body, query);
      String bearer = header(exchange, "Authorization");
      String token =
          bearer.startsWith("Bearer ")
              ? bearer.substring("Bearer ".length())
              : arguments.text("token");
      send(exchange, api.answer(method, token, arguments));
    } catch (Refused unreadable) {
      send(exchange, WebApi.refused(unreadable));
    }
  }

  private void responseUrl(HttpExchange exchange, String id, String body) throws IOException {
    Optional<ResponseUrls.Place> place = world.responseUrls().use(id);
    int status = 200;
    String answer = "ok";
    if (place.isEmpty()) {
      status = 404;
      answer = "{\"ok\":false,\"error\":\"expired_url\"}";
    } else {
      try {
        ObjectNode said = Json.parseObject(body).orElseThrow(() -> new Refused("invalid_payload"));
        answers.answered(place.get(), id, said);
      } catch (Refused refused) {
        status = 400;
        answer = refused.error();
      }
    }
    api.log(new Call("response_url", Map.of("body", body), status, answer));
    send(exchange, status, "text/plain", answer);
  }

  private void upload(HttpExchange exchange, String id, byte[] body) throws IOException {
    byte[] content = content(header(exchange, "Content-Type"), body);
    String logged = new String(body, StandardCharsets.UTF_8);
    boolean known = world.files().change(id, file -> file.filled(content)).isPresent();
    api.log(new Call("upload", Map.of("file", id, "body", logged), known ? 200 : 404, ""));
    send(exchange, known ? 200 : 404, "text/plain", known ? "OK - " + content.length : "");
  }

  /** The first part of a multipart body, or the body itself. */
  private static byte[] content(String contentType, byte[] bytes) {
    // one character for one byte, there and back
    String body = new String(bytes, StandardCharsets.ISO_8859_1);
    int start = body.indexOf("\r\n\r\n");
    int end = body.lastIndexOf("\r\n--");
    boolean hasParts = contentType.startsWith("multipart/") && start >= 0;
    if (!hasParts) {
      return bytes;
    }
    String boundary = body.substring(0, body.indexOf("\r\n"));
    int next = body.indexOf("\r\n" + boundary, start);
    return body.substring(start + 4, next < 0 ? Math.max(end, start + 4) : next)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private void send(HttpExchange exchange, WebApi.Reply reply) throws IOException {
    byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", "application/json; charset=utf-8");
    // as Slack does, every answer names what the token may
    headers.set("x-oauth-scopes", world.permissions().provided());
    reply.retryAfter().ifPresent(s -> headers.set("Retry-After", Long.toString(s.toSeconds())));
    exchange.sendResponseHeaders(reply.status(), bytes.length);
    OutputStream out = exchange.getResponseBody();
    out.write(bytes, 0, reply.isLost() ? bytes.length / 2 : bytes.length);
    out.flush();
    exchange.close();
  }

  static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  static String header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
  }

  static String body(HttpExchange exchange) throws IOException {
    return new String(bytes(exchange), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
    if (bytes.length > LARGEST_BODY) {
      throw new IOException("a request body of more than " + LARGEST_BODY + " bytes");
    }
    return bytes;
  }
}
