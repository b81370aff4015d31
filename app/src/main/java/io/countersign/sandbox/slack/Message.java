package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as it stood when it was read.
 *
 * @param threadTs the parent's stamp in a reply; null outside threads
 * @param text what a phone's notification shows
 * @param visibleTo the only reader of an ephemeral message, else null
 * @param edits how often it was edited
 */
public record Message(
    String channel,
    String ts,
    @Nullable String threadTs,
    String user,
    String text,
    JsonNode blocks,
    @Nullable JsonNode metadata,
    boolean broadcast,
    @Nullable String visibleTo,
    List<String> files,
    int edits,
    Reader reader) {

  public Message {
    files = List.copyOf(files);
  }

  static Message of(Post post, Reader reader) {
    return new Message(
        post.channel(),
        post.ts(),
        post.threadTs(),
        post.user(),
        post.text(),
        post.blocks(),
        post.metadata(),
        post.broadcast(),
        post.visibleTo(),
        post.files(),
        post.edits(),
        reader);
  }

  public boolean isEphemeral() {
    return visibleTo != null;
  }

  /** What a person reads: the blocks, or the text where there are none. */
  public String rendered() {
    return Plain.of(blocks, text, reader);
  }

  public List<Button> buttons() {
    return Button.in(blocks);
  }

  public boolean hasButton(String actionId) {
    return button(actionId).isPresent();
  }

  public Optional<Button> button(String actionId) {
    return buttons().stream().filter(button -> button.actionId().equals(actionId)).findFirst();
  }
}
