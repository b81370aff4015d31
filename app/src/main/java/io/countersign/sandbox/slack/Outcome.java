package io.countersign.sandbox.slack;

/**
 * How the bot answered a delivery.
 *
 * @param status 0 when there was no answer in time
 */
public record Outcome(Delivery delivery, int status, String body) {

  static Outcome none(Delivery delivery) {
    return new Outcome(delivery, 0, "");
  }

  public boolean isAcknowledged() {
    return status >= 200 && status < 300;
  }

  public boolean isTimeout() {
    return status == 0;
  }
}
