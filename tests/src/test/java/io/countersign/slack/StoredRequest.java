package io.countersign.slack;

import io.countersign.thread.Inbox;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What another version kept is read, or said to be unreadable. */
public final class StoredRequest {
  private static final List<String> KINDS =
      List.of("typed", "clicked", "submitted", "said", "opened", "another");
  private static final InboundJson JSON = new InboundJson();

  private StoredRequest() {}

  /** The first byte says which kind the rest is. */
  public static void fuzzerTestOneInput(byte[] data) {
    int kind = data.length == 0 ? 0 : (data[0] & 0xff) % KINDS.size();
    var body =
        data.length == 0
            ? ""
            : new String(Arrays.copyOfRange(data, 1, data.length), StandardCharsets.UTF_8);
    try {
      var read = JSON.read(new Inbox.Waiting("key", KINDS.get(kind), body));
      var written = JSON.write(read);
      FuzzedEdge.require(
          JSON.read(new Inbox.Waiting("key", read.kind(), written)).equals(read),
          "it is read otherwise");
    } catch (IllegalArgumentException unreadable) {
      FuzzedEdge.require(
          String.valueOf(unreadable.getMessage()).startsWith("un"), unreadable.toString());
    }
  }
}
