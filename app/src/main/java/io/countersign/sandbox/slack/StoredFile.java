package io.countersign.sandbox.slack;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A file as uploaded; {@code shared} once a message carries it.
 *
 * @param content read as UTF-8, whatever it is
 * @param size in bytes
 * @param picture the same as something to look at, where it is that
 */
public record StoredFile(
    String id,
    String name,
    String title,
    String content,
    long size,
    @Nullable Picture picture,
    boolean shared) {

  static StoredFile expected(String id, String name) {
    return new StoredFile(id, name, name, "", 0, null, false);
  }

  StoredFile filled(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Picture seen = Picture.in(bytes).orElse(null);
    return new StoredFile(id, name, title, text, bytes.length, seen, shared);
  }

  StoredFile sharedAs(String newTitle) {
    return new StoredFile(id, name, newTitle, content, size, picture, true);
  }
}
