package io.countersign.sandbox.slack;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees that deliveries reach the bot: within the ack time, and again when it did not take them. */
final class Courier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

  private final Guard guard;
  private final Limits limits;
  private final HttpCarrier http;
  private final Sockets sockets;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("redelivery").factory());
  private volatile Carrier carrier;
  private final List<Delivery> sent = new ArrayList<>();
  private int underWay;

  Courier(World world, Sockets sockets) {
    this.guard = world.guard();
    this.limits = world.limits();
    this.http = new HttpCarrier(world);
    this.sockets = sockets;
    this.carrier = http;
  }

  void deliverTo(URI address) {
    http.to(address);
    carrier = http;
  }

  void deliverOverSockets() {
    carrier = sockets;
  }

  List<Delivery> sent() {
    return guard.read(() -> List.copyOf(sent));
  }

  int underWay() {
    return guard.read(() -> underWay);
  }

  /** Waits for the first answer; redeliveries go on by themselves. */
  Outcome deliver(Delivery delivery) {
    guard.changed(() -> sent.add(delivery));
    return attempt(delivery, 0, "");
  }

  void deliverSoon(Delivery delivery) {
    guard.changed(() -> underWay++);
    Thread.ofVirtual()
        .name("delivery")
        .start(
            () -> {
              try {
                deliver(delivery);
              } finally {
                guard.changed(() -> underWay--);
              }
            });
  }

  /** Delivers again what was delivered before, as after a lost answer. */
  Outcome again(Delivery delivery) {
    Carrier now = carrier;
    return now.send(delivery, 1, now.reason(Outcome.none(delivery)));
  }

  private Outcome attempt(Delivery delivery, int retry, String reason) {
    Carrier now = carrier;
    Outcome outcome = now.send(delivery, retry, reason);
    boolean mayRetry = now.redelivers(delivery) && retry < limits.retryDelays().size();
    if (!outcome.isAcknowledged() && mayRetry) {
      Duration pause = limits.retryDelays().get(retry);
      String why = now.reason(outcome);
      again(() -> attempt(delivery, retry + 1, why), pause);
    }
    return outcome;
  }

  private void again(Runnable attempt, Duration pause) {
    try {
      var _ =
          timer.schedule(
              () -> Thread.ofVirtual().start(attempt), pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("not delivered again, the stand-in is closed", closed);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    http.close();
  }
}
