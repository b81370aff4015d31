package io.countersign.action.database;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A network between the bot and its server that can be cut at one statement. It understands just
 * enough of the protocol to see where a statement ends and what its text is.
 */
final class StatementProxy implements AutoCloseable {
  /** What the network does at the statement. */
  enum Cut {
    BEFORE,
    BEFORE_THE_ANSWER,
    STALL
  }

  /**
   * A statement, the first of its text on the n-th session.
   *
   * @param session from 1, as they were opened
   */
  record Point(int session, String text) {}

  private static final int SSL = 80_877_103;
  private static final int GSS = 80_877_104;
  private static final int CANCEL = 80_877_102;

  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int target;
  private final Set<Point> seen = new LinkedHashSet<>();
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private int sessions;
  private @Nullable Point at;
  private Cut cut = Cut.BEFORE;
  private boolean happened;

  StatementProxy(int target) throws IOException {
    this.target = target;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** Sessions are counted anew, and nothing is cut. */
  synchronized void record() {
    sessions = 0;
    seen.clear();
    at = null;
    happened = false;
  }

  /** The network is cut at this statement, once. */
  synchronized void cutAt(Point point, Cut how) {
    record();
    at = point;
    cut = how;
  }

  synchronized void heal() {
    at = null;
  }

  /** Whether the statement came. */
  synchronized boolean happened() {
    return happened;
  }

  synchronized List<Point> seen() {
    return List.copyOf(seen);
  }

  private synchronized boolean isCut(int session, String text) {
    var point = new Point(session, text);
    seen.add(point);
    if (point.equals(at) && !happened) {
      happened = true;
      return true;
    }
    return false;
  }

  private synchronized Cut how() {
    return cut;
  }

  private synchronized int nextSession() {
    return ++sessions;
  }

  private void accept() {
    try {
      while (true) {
        var line = new Line(door.accept(), new Socket(InetAddress.getLoopbackAddress(), target));
        lines.add(line);
        Thread.ofVirtual().start(line::statements);
        Thread.ofVirtual().start(line::answers);
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    lines.forEach(Line::close);
  }

  private final class Line {
    private final Socket client;
    private final Socket server;
    private volatile boolean deaf;
    private volatile boolean closing;

    Line(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    /** From the server: dropped where the line stalls, cut off where the answer is to be lost. */
    void answers() {
      var buffer = new byte[8_192];
      try {
        int read;
        while ((read = server.getInputStream().read(buffer)) >= 0) {
          if (closing) {
            break;
          }
          if (!deaf) {
            client.getOutputStream().write(buffer, 0, read);
          }
        }
      } catch (IOException ended) {
        // either side went
      }
      if (!deaf) {
        close();
      }
    }

    void statements() {
      try {
        var in = new DataInputStream(client.getInputStream());
        var out = server.getOutputStream();
        if (begun(in, out)) {
          int session = nextSession();
          while (batch(in, out, session)) {
            // the next
          }
        }
      } catch (IOException ended) {
        // either side went
      }
      if (!deaf) {
        close();
      }
    }

    /** What comes before the first message with a type. */
    private boolean begun(DataInputStream in, OutputStream out) throws IOException {
      while (true) {
        int length = in.readInt();
        var rest = in.readNBytes(length - Integer.BYTES);
        int code = ByteBuffer.wrap(rest).getInt();
        out.write(ByteBuffer.allocate(length).putInt(length).put(rest).array());
        out.flush();
        if (code == CANCEL) {
          return false;
        }
        if (code != SSL && code != GSS) {
          return true;
        }
      }
    }

    /** All messages up to the one after which the server answers. */
    private boolean batch(DataInputStream in, OutputStream out, int session) throws IOException {
      var bytes = new ByteArrayOutputStream();
      var texts = new ArrayList<String>();
      int type;
      do {
        type = in.read();
        if (type < 0) {
          return false;
        }
        int length = in.readInt();
        var rest = in.readNBytes(length - Integer.BYTES);
        bytes.write(type);
        bytes.write(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
        bytes.write(rest);
        text(type, rest, texts);
      } while (type != 'Q' && type != 'S' && type != 'X' && type != 'p');
      if (!texts.isEmpty() && isCut(session, String.join("; ", texts))) {
        return cut(out, bytes.toByteArray());
      }
      out.write(bytes.toByteArray());
      out.flush();
      return type != 'X';
    }

    private static void text(int type, byte[] rest, List<String> texts) {
      int from = type == 'P' ? end(rest, 0) + 1 : 0;
      if (type == 'P' || type == 'Q') {
        var text = new String(rest, from, end(rest, from) - from, StandardCharsets.UTF_8);
        // OIDs differ from round to round
        texts.add(text.strip().replaceAll("\\s+", " ").replaceAll("[0-9]{4,}", "N"));
      }
    }

    private static int end(byte[] bytes, int from) {
      int end = from;
      while (bytes[end] != 0) {
        end++;
      }
      return end;
    }

    private boolean cut(OutputStream out, byte[] batch) throws IOException {
      switch (how()) {
        case BEFORE -> close();
        case BEFORE_THE_ANSWER -> {
          closing = true;
          out.write(batch);
          out.flush();
        }
        case STALL -> deaf = true;
      }
      // a stalled line stays open, and nothing comes through any more
      return how() == Cut.BEFORE_THE_ANSWER;
    }

    private void close() {
      try {
        client.close();
        server.close();
      } catch (IOException gone) {
        // it is closed
      }
    }
  }
}
