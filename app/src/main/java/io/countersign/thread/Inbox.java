package io.countersign.thread;

import java.time.Duration;
import java.util.List;

/**
 * The durable memory of what came in from outside: one insert per request before it is
 * acknowledged. The unique key is the memory of redeliveries.
 */
public interface Inbox {
  /**
   * @param key the transport's own id of the request (event id, trigger id)
   * @param body our own record of it as JSON: ids and text, never a token
   * @return whether it is new; false for a redelivery
   */
  boolean accept(String key, String kind, String body);

  /**
   * Requests that nobody has handled for this long, oldest first: their process died. Each is given
   * out once per minute.
   */
  List<Waiting> unhandled(Duration age, int limit);

  void handled(String key);

  record Waiting(String key, String kind, String body) {}
}
