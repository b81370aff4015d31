package io.countersign.sandbox.slack;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on a free port of 127.0.0.1 from the first time that somebody wants to know which. */
final class SocketServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SocketServer.class);
  private static final int CLOSE_MILLIS = 200;

  private final Listener listener = new Listener();
  private final Sockets sockets;
  private final CountDownLatch started = new CountDownLatch(1);
  private boolean begun;

  SocketServer(Sockets sockets) {
    this.sockets = sockets;
  }

  /** The port. */
  synchronized int listening() {
    if (!begun) {
      begun = true;
      listener.start();
    }
    try {
      if (started.await(10, TimeUnit.SECONDS)) {
        return listener.getPort();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("the stand-in's sockets do not listen");
  }

  @Override
  public synchronized void close() {
    if (begun) {
      try {
        listener.stop(CLOSE_MILLIS);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Listener extends WebSocketServer {

    Listener() {
      super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      setReuseAddr(true);
      setTcpNoDelay(true);
      setDaemon(true);
      setConnectionLostTimeout(0);
    }

    @Override
    public void onStart() {
      started.countDown();
    }

    @Override
    public void onOpen(WebSocket socket, ClientHandshake handshake) {
      sockets.opened(socket, handshake.getResourceDescriptor());
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason, boolean remote) {
      sockets.closed(socket);
    }

    @Override
    public void onMessage(WebSocket socket, String message) {
      sockets.said(socket, message);
    }

    @Override
    public void onError(WebSocket socket, Exception failure) {
      LOG.debug("a socket of the stand-in failed", failure);
    }
  }
}
