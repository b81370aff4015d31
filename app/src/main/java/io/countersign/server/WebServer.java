package io.countersign.server;

import io.countersign.slack.SlackEdge;
import io.countersign.slack.SlackHttp;
import io.helidon.microprofile.server.Server;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.ws.rs.core.Application;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The HTTP endpoint on Helidon MP: Slack's requests, health, metrics. */
final class WebServer implements AutoCloseable {
  /** Jersey warns of a resource that is handed to it as an instance, and takes it all the same. */
  private static final Logger JERSEY =
      Logger.getLogger("org.glassfish.jersey.internal.inject.Providers");

  private final Server server;

  private WebServer(Server server) {
    this.server = server;
  }

  /**
   * @param port 0 takes any free port
   * @param slack where requests are taken over HTTP
   * @param database whether our own database answers
   * @param standing how the bot stands with Slack
   * @throws PortTaken where another process has the port; Helidon itself would go on without it
   */
  static WebServer start(
      int port,
      Optional<SlackHttp> slack,
      BooleanSupplier database,
      Supplier<SlackEdge.Standing> standing)
      throws PortTaken {
    int wanted = free(port);
    JERSEY.setLevel(Level.SEVERE);
    var server =
        Server.builder()
            .host("0.0.0.0")
            .port(wanted)
            .addApplication(new Endpoints(slack))
            .build()
            .start();
    CDI.current().select(BotHealth.class, new ReadinessLiteral()).get().watch(database, standing);
    return new WebServer(server);
  }

  /** The port cannot be had. */
  static final class PortTaken extends Exception {
    private static final long serialVersionUID = 1;

    PortTaken(int port) {
      super(
          "Port "
              + port
              + " is taken. Set COUNTERSIGN_PORT to a free one, or end the process that has it.");
    }
  }

  private static int free(int port) throws PortTaken {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress((InetAddress) null, port));
      return socket.getLocalPort();
    } catch (IOException taken) {
      throw new PortTaken(port);
    }
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }

  private static final class ReadinessLiteral
      extends jakarta.enterprise.util.AnnotationLiteral<org.eclipse.microprofile.health.Readiness>
      implements org.eclipse.microprofile.health.Readiness {
    private static final long serialVersionUID = 1;
  }

  /** The resources, made by us and not by a container. */
  private static final class Endpoints extends Application {
    private final Optional<SlackHttp> slack;

    Endpoints(Optional<SlackHttp> slack) {
      this.slack = slack;
    }

    @Override
    @SuppressWarnings("deprecation") // the only way to hand JAX-RS an instance without a container
    public Set<Object> getSingletons() {
      return Set.of(new SlackResource(slack));
    }
  }
}
