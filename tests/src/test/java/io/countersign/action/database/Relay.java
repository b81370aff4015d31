package io.countersign.action.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between the bot and a server; can swallow the answers on the connections it has. */
final class Relay implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int target;
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  Relay(int target) throws IOException {
    this.target = target;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** From now on what the server says on present connections is lost, then they are cut. */
  void swallowAnswers() {
    lines.forEach(it -> it.swallowing = true);
  }

  private void accept() {
    try {
      while (true) {
        var line = new Line(door.accept(), new Socket(InetAddress.getLoopbackAddress(), target));
        lines.add(line);
        Thread.ofVirtual().start(() -> line.carry(line.client, line.server, false));
        Thread.ofVirtual().start(() -> line.carry(line.server, line.client, true));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    lines.forEach(Line::cut);
  }

  private static final class Line {
    private final Socket client;
    private final Socket server;
    private volatile boolean swallowing;

    Line(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void carry(Socket from, Socket to, boolean answers) {
      var buffer = new byte[8192];
      try {
        int read;
        while ((read = from.getInputStream().read(buffer)) >= 0) {
          if (answers && swallowing) {
            cut();
            return;
          }
          to.getOutputStream().write(buffer, 0, read);
        }
      } catch (IOException ended) {
        // either side went
      }
      cut();
    }

    void cut() {
      try {
        client.close();
        server.close();
      } catch (IOException gone) {
        // it is closed
      }
    }
  }
}
