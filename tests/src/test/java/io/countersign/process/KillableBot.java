package io.countersign.process;

import io.countersign.server.Bot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import org.slf4j.MDC;

/**
 * The bot as a process of its own, told on its input where runs stop for ever, so that it can be
 * killed there: {@code stop RUN POINT}, or {@code next POINT} for whichever run comes first to a
 * point that begins so, until the next such line; {@code go} lets the others go on. Runs that are
 * to stop within a swap wait for one another before it: none of them stands still for longer than
 * the others. It ends with its input.
 */
final class KillableBot {
  private static final String BEFORE_THE_SWAP = "started cutover/";

  private final Map<String, String> stops = new ConcurrentHashMap<>();
  private final Map<String, String> holds = new ConcurrentHashMap<>();
  private final Phaser together = new Phaser();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile CountDownLatch door = new CountDownLatch(0);
  private volatile String next = "";
  private volatile CountDownLatch goOn = new CountDownLatch(1);

  private KillableBot() {}

  public static void main(String[] arguments) throws InterruptedException {
    var killable = new KillableBot();
    Thread.ofPlatform().daemon().start(killable::listen);
    var heartbeat = Duration.ofMillis(Long.parseLong(arguments[0]));
    var watch = new Bot.Watch(killable::reached, killable::reached, heartbeat);
    try (var bot = Bot.start(System.getenv(), watch)) {
      System.out.println("READY " + bot.address());
      new CountDownLatch(1).await();
    } catch (Bot.CannotStart refused) {
      System.err.println(refused.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }

  private void listen() {
    try (var in =
        new java.io.BufferedReader(
            new java.io.InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        told(line);
      }
    } catch (IOException gone) {
      // whoever started this is gone
    }
    Runtime.getRuntime().halt(0);
  }

  private void told(String line) {
    if (line.startsWith("next ")) {
      goOn.countDown();
      goOn = new CountDownLatch(1);
      next = line.substring("next ".length());
      return;
    }
    var words = line.split(" ", 3);
    switch (words[0]) {
      case "go" -> released.countDown();
      case "shut" -> door = new CountDownLatch(1);
      case "open" -> door.countDown();
      case "stop" -> {
        together.register();
        stops.put(words[1], words[2]);
      }
      case "hold" -> holds.put(words[1], words[2]);
      default -> throw new IllegalArgumentException(line);
    }
    System.out.println("HEARD " + line);
  }

  private void reached(String where) {
    stand(door);
    if (isNext(where)) {
      var latch = goOn;
      System.out.println("FIRST " + MDC.get("run") + " " + where);
      stand(latch);
    }
    var run = String.valueOf(MDC.get("run"));
    var stop = stops.getOrDefault(run, "");
    if (!stop.isEmpty() && where.startsWith(BEFORE_THE_SWAP)) {
      together.arriveAndAwaitAdvance();
    }
    if (where.equals(stop) || where.equals(holds.get(run))) {
      System.out.println("AT " + run);
      stand(released);
    }
  }

  private synchronized boolean isNext(String where) {
    if (next.isEmpty() || !where.startsWith(next)) {
      return false;
    }
    next = "";
    return true;
  }

  private static void stand(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
