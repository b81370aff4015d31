package io.countersign.slack;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the Slack library from printing bodies, signatures and tokens, which it does at its finer
 * levels. The loggers are held here: java.util.logging forgets levels of loggers that nobody holds.
 */
public final class SlackLogging {
  private final List<Logger> pinned =
      List.of(
          Logger.getLogger("com.slack.api"),
          Logger.getLogger("okhttp3"),
          Logger.getLogger("org.java_websocket"));

  private final Logger unhandled = Logger.getLogger("com.slack.api.bolt.App");

  /** They warn of what they do not know with its whole body. */
  private final List<Logger> parsers =
      List.of(
          Logger.getLogger("com.slack.api.bolt.util.SlackRequestParser"),
          Logger.getLogger("com.slack.api.bolt.socket_mode.request.SocketModeRequestParser"));

  /** To be called once by the wiring, which keeps this object. */
  public SlackLogging pin() {
    pinned.forEach(it -> it.setLevel(Level.WARNING));
    parsers.forEach(it -> it.setLevel(Level.SEVERE));
    // Bolt warns of every event that it has no handler for; they are acknowledged, and of no use to
    // us
    unhandled.setLevel(Level.SEVERE);
    return this;
  }
}
