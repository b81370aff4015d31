package io.countersign.sandbox.azure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Azure on loopback, over TLS: the real libraries talk to it. Resource manager, vault and token
 * endpoint share one address.
 */
public final class StandInAzure implements AutoCloseable {
  /** The ids that everything here has. */
  public static final String SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";

  public static final String TENANT = "00000000-0000-4000-8000-000000000002";
  public static final String CLIENT = "00000000-0000-4000-8000-000000000003";
  public static final String GROUP = "medsuite-sandbox";

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path certificate;
  private final Faults faults = new Faults();
  private final Tokens tokens;
  private final Vault vault;
  private final ResourceManager manager;

  private StandInAzure(
      HttpsServer server, Path certificate, Clock clock, Backing backing, String secret) {
    this.server = server;
    this.certificate = certificate;
    this.tokens = new Tokens(clock, secret);
    this.vault = new Vault(clock, faults);
    this.manager = new ResourceManager(clock, faults, backing);
  }

  /**
   * Starts it on a port of its own.
   *
   * @param folder gets the certificate
   * @param secret that proves who the bot is
   */
  public static StandInAzure start(Path folder, Clock clock, Backing backing, String secret) {
    try {
      Files.createDirectories(folder);
      var tls = SelfSigned.in(folder);
      var server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
      var azure = new StandInAzure(server, tls.certificate(), clock, backing, secret);
      azure.manager.at(azure.url().toString());
      azure.vault.at(azure.url().toString());
      server.setExecutor(azure.threads);
      server.createContext("/", azure::handle);
      server.start();
      return azure;
    } catch (IOException failed) {
      throw new UncheckedIOException("the stand-in Azure cannot start", failed);
    }
  }

  /** Where it is; the vault is there as well. */
  public URI url() {
    return URI.create("https://localhost:" + server.getAddress().getPort());
  }

  /** The certificate to trust, in PEM. */
  public Path certificate() {
    return certificate;
  }

  public Faults faults() {
    return faults;
  }

  public Vault vault() {
    return vault;
  }

  public Tokens tokens() {
    return tokens;
  }

  public ResourceManager manager() {
    return manager;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var call = call(exchange);
      faults.heard(call);
      var fault = faults.next(call);
      if (fault.isPresent() && fault.get().before()) {
        answer(exchange, fault.get().answer());
        return;
      }
      var answer = answered(call);
      faults.keepBack(call);
      answer(exchange, fault.isPresent() ? Optional.empty() : Optional.of(answer));
    }
  }

  private static Call call(HttpExchange exchange) throws IOException {
    var authorization =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    return new Call(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""),
        authorization.startsWith("Bearer ") ? authorization.substring("Bearer ".length()) : "",
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
  }

  private Answer answered(Call call) {
    if (call.path().endsWith("/oauth2/v2.0/token")) {
      return tokens.issue(call);
    }
    boolean ofVault =
        call.path().startsWith("/secrets") || call.path().startsWith("/deletedsecrets");
    if (!tokens.areGood(call.token())) {
      var refusal =
          Answer.error(401, "AuthenticationFailed", "The access token is missing or expired.");
      return ofVault ? refusal.with("WWW-Authenticate", challenge()) : refusal;
    }
    return ofVault ? vault.answer(call) : manager.answer(call);
  }

  private String challenge() {
    return "Bearer authorization=\""
        + url()
        + "/"
        + TENANT
        + "\", resource=\"https://vault.azure.net\"";
  }

  /** Nothing at all breaks the connection. */
  private static void answer(HttpExchange exchange, Optional<Answer> answer) throws IOException {
    if (answer.isEmpty()) {
      return;
    }
    var it = answer.get();
    it.headers().forEach(exchange.getResponseHeaders()::set);
    var body = it.body().getBytes(StandardCharsets.UTF_8);
    if (body.length == 0) {
      exchange.sendResponseHeaders(it.status(), -1);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(it.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    faults.letGo();
    server.stop(0);
    threads.close();
  }
}
