package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as it is kept. {@code visibleTo} is the only reader of an ephemeral one. Blocks and
 * metadata are never changed in place.
 */
record Post(
    String channel,
    String ts,
    @Nullable String threadTs,
    String user,
    String text,
    ArrayNode blocks,
    @Nullable JsonNode metadata,
    boolean broadcast,
    @Nullable String visibleTo,
    List<String> files,
    int edits,
    @Nullable String editedTs) {

  Post {
    files = List.copyOf(files);
  }

  boolean isEphemeral() {
    return visibleTo != null;
  }

  boolean isReply() {
    return threadTs != null && !threadTs.equals(ts);
  }

  boolean isSeenBy(String person) {
    return visibleTo == null || visibleTo.equals(person);
  }

  Post edited(String newText, ArrayNode newBlocks, @Nullable JsonNode newMetadata, String at) {
    return new Post(
        channel,
        ts,
        threadTs,
        user,
        newText,
        newBlocks,
        newMetadata,
        broadcast,
        visibleTo,
        files,
        edits + 1,
        at);
  }
}
