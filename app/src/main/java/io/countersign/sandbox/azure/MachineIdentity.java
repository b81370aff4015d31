package io.countersign.sandbox.azure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What gives machines in Azure their tokens: the metadata service of virtual machines, and the
 * endpoint of App Service. Both are plain HTTP, and known from inside the machine alone.
 */
public final class MachineIdentity implements AutoCloseable {
  private static final String OF_MACHINE = "/metadata/identity/oauth2/token";
  private static final String OF_SERVICE = "/msi/token";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Tokens tokens;
  private final String header = "not-a-secret-header-" + UUID.randomUUID();
  private final AtomicInteger refused = new AtomicInteger();

  private MachineIdentity(HttpServer server, Tokens tokens) {
    this.server = server;
    this.tokens = tokens;
  }

  /** Starts it on a port of its own. */
  public static MachineIdentity start(Tokens tokens) {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      var machine = new MachineIdentity(server, tokens);
      server.setExecutor(machine.threads);
      server.createContext("/", machine::handle);
      server.start();
      return machine;
    } catch (IOException failed) {
      throw new UncheckedIOException("the stand-in for a machine's identity cannot start", failed);
    }
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The environment of a virtual machine, as tests redirect it. */
  public Map<String, String> ofMachine() {
    return Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", url().toString());
  }

  /** The environment of an App Service. */
  public Map<String, String> ofService() {
    return Map.of("IDENTITY_ENDPOINT", url() + OF_SERVICE, "IDENTITY_HEADER", header);
  }

  /** What App Service's endpoint wants to be shown; a secret. */
  public String header() {
    return header;
  }

  /** How often nobody got a token. */
  public int refused() {
    return refused.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var answer = answered(exchange, query(exchange));
      if (answer.status() != 200) {
        refused.incrementAndGet();
      }
      var body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer answered(HttpExchange exchange, Map<String, String> query) {
    var headers = exchange.getRequestHeaders();
    boolean proved =
        switch (exchange.getRequestURI().getPath()) {
          case OF_MACHINE -> "true".equals(headers.getFirst("Metadata"));
          case OF_SERVICE -> header.equals(headers.getFirst("X-IDENTITY-HEADER"));
          default -> false;
        };
    if (!proved || !query.containsKey("resource")) {
      return refusal(401, "unauthorized", "Nobody but this machine gets tokens here.");
    }
    var client = query.getOrDefault("client_id", StandInAzure.CLIENT);
    if (!client.equals(StandInAzure.CLIENT)) {
      return refusal(400, "invalid_request", "Identity not found");
    }
    var token = tokens.grant(query.getOrDefault("resource", ""));
    return Answer.of(
        200,
        Answer.object()
            .put("access_token", token.text())
            .put("expires_on", Long.toString(token.until().getEpochSecond()))
            .put("resource", token.audience())
            .put("client_id", client)
            .put("token_type", "Bearer"));
  }

  private static Answer refusal(int status, String error, String description) {
    return Answer.of(
        status, Answer.object().put("error", error).put("error_description", description));
  }

  private static Map<String, String> query(HttpExchange exchange) {
    var fields = new HashMap<String, String>();
    for (var field : String.valueOf(exchange.getRequestURI().getRawQuery()).split("&", -1)) {
      var parts = field.split("=", 2);
      if (parts.length == 2) {
        fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return fields;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
