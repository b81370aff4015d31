package io.countersign.sandbox.slack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Slack of one workspace on 127.0.0.1. The bot uses {@link #apiUrl()} in place of {@code
 * https://slack.com/api/} and is sent requests as Slack sends them, signed or over sockets; people
 * use the page at {@link #url()}, tests use {@link #driver()}.
 */
public final class StandInSlack implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StandInSlack.class);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final World world;
  private final Sockets sockets;
  private final Courier courier;
  private final WebApi api;
  private final ApiDoor apiDoor;
  private final Extras extras;
  private final PageDoor pageDoor;
  private final SlackDriver driver;

  private StandInSlack(HttpServer server, Workspace workspace, Limits limits, Clock clock) {
    this.server = server;
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    this.world = World.of(workspace, base, clock, limits);
    this.sockets = new Sockets(world);
    this.courier = new Courier(world, sockets);
    Events events = new Events(world, courier);
    Answers answers = new Answers(world, events);
    this.api = new WebApi(world, events, sockets);
    this.apiDoor = new ApiDoor(world, api, answers);
    this.driver =
        new SlackDriver(world, courier, events, new Interactions(world, courier, answers));
    this.extras = new Extras(world.guard(), world.posts()::stamp);
    this.pageDoor = new PageDoor(world, extras, driver);
  }

  /**
   * @param port 0 for any free one
   * @param clock for stamps, signatures, limits and the ages of triggers
   */
  public static StandInSlack start(int port, Workspace workspace, Limits limits, Clock clock) {
    // Without this the JDK's server holds small answers back for 40 ms; it reads the property once,
    // when first used.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      StandInSlack slack =
          new StandInSlack(HttpServer.create(address, 0), workspace, limits, clock);
      slack.listen();
      return slack;
    } catch (IOException taken) {
      throw new UncheckedIOException("cannot listen on 127.0.0.1:" + port, taken);
    }
  }

  private void listen() {
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      if (!apiDoor.handles(exchange)) {
        pageDoor.handle(exchange);
      }
    } catch (IOException gone) {
      LOG.debug("a caller went away", gone);
    } catch (RuntimeException bug) {
      LOG.error("the stand-in failed at {}", exchange.getRequestURI(), bug);
      throw bug;
    }
  }

  /** Where deliveries go, such as {@code http://127.0.0.1:8080/slack/events}. */
  public void deliverTo(URI bot) {
    courier.deliverTo(bot);
  }

  /** Deliveries go over the sockets that the bot opens. */
  public void deliverOverSockets() {
    courier.deliverOverSockets();
  }

  public Sockets sockets() {
    return sockets;
  }

  /** The page for people. */
  public URI url() {
    return world.base();
  }

  /** What the bot is given in place of {@code https://slack.com/api/}. */
  public URI apiUrl() {
    return world.base().resolve("api/");
  }

  public Workspace workspace() {
    return world.workspace();
  }

  public SlackDriver driver() {
    return driver;
  }

  public Faults faults() {
    return world.faults();
  }

  /** Every request that the bot made, oldest first, without tokens. */
  public List<Call> calls() {
    return api.calls();
  }

  /** A button of the sandbox on the page. */
  public void addControl(String label, Runnable action) {
    extras.addControl(label, action);
  }

  /** A button that moves the bot's clock ahead; the page's follows. */
  public void addSkip(String label, Duration by, Runnable skip) {
    extras.addSkip(label, by, skip);
  }

  /** A command that the page offers when somebody types a slash, with an example of its use. */
  public void addCommand(String name, String title, String usage) {
    extras.addCommand(name, title, usage);
  }

  /** What the page calls the members of a user group. */
  public void addRole(String group, String role) {
    extras.addRole(group, role);
  }

  /** Something to try, shown while a channel is empty: what to type, and what it shows. */
  public void addHint(String text, String explanation) {
    extras.addHint(text, explanation);
  }

  @Override
  public void close() {
    courier.close();
    sockets.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
