package io.countersign.slack;

import java.net.URI;
import java.util.Map;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.java_websocket.handshake.ServerHandshake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket to Slack, from the moment it is dialled. */
final class SocketLine extends WebSocketClient {
  private static final Logger log = LoggerFactory.getLogger(SocketLine.class);
  private static final int CONNECT_MILLIS = 10_000;

  /** A peer that answers no ping within this many seconds is gone. */
  private static final int LOST = 20;

  private final Owner owner;

  /**
   * @param address a secret: whoever has it is this app
   */
  SocketLine(URI address, Owner owner) {
    super(address, new Draft_6455(), Map.of(), CONNECT_MILLIS);
    this.owner = owner;
    setTcpNoDelay(true);
    setDaemon(true);
    setConnectionLostTimeout(LOST);
  }

  /** Is told what happens, on the socket's own thread. */
  interface Owner {
    void came(SocketLine line, String text);

    /** Also where it never stood. */
    void ended(SocketLine line, String why);
  }

  /** Sends on this very socket; an envelope that it brought can be acknowledged nowhere else. */
  void answer(String text) {
    try {
      send(text);
    } catch (WebsocketNotConnectedException closed) {
      log.info("a socket was closed before its request was acknowledged; Slack will send it again");
    }
  }

  @Override
  public void onOpen(ServerHandshake handshake) {
    // Slack's hello counts
  }

  @Override
  public void onMessage(String message) {
    owner.came(this, message);
  }

  @Override
  public void onClose(int code, String reason, boolean remote) {
    owner.ended(this, "closed with code " + code);
  }

  @Override
  public void onError(Exception failure) {
    log.info("a socket to Slack failed: {}", Intake.name(failure));
  }
}
