package io.countersign.sandbox.slack;

/** One way on which the bot is reached: requests over HTTP, or envelopes over its own sockets. */
interface Carrier {

  /**
   * Delivers once and waits for the answer, for as long as Slack does.
   *
   * @param retry 0 at first
   * @param reason why it is delivered again; empty at first
   */
  Outcome send(Delivery delivery, int retry, String reason);

  /** Slack's word for an attempt that came to nothing. */
  String reason(Outcome failed);

  /** Whether what nobody took is delivered again. */
  boolean redelivers(Delivery delivery);
}
