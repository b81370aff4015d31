package io.countersign.slack;

import static io.countersign.slack.FuzzedEdge.require;

import java.nio.charset.StandardCharsets;

/** Whatever comes over a socket is kept and acknowledged, or passed over; never a failure. */
public final class SocketFrame {
  private static final FuzzedEdge EDGE = new FuzzedEdge();

  private SocketFrame() {}

  public static void fuzzerTestOneInput(byte[] data) {
    var text = new String(data, StandardCharsets.UTF_8);
    if (EDGE.socket.read(text) instanceof SocketRequests.Frame.Asked asked) {
      EDGE.socket
          .handle(asked)
          .ifPresent(it -> require(it.contains("envelope_id"), "acknowledges nothing"));
    }
  }
}
