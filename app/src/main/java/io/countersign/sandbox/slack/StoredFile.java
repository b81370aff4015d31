package io.countersign.sandbox.slack;

/** A file as uploaded, read as UTF-8; {@code shared} once a message carries it. */
public record StoredFile(String id, String name, String title, String content, boolean shared) {

  StoredFile filled(String newContent) {
    return new StoredFile(id, name, title, newContent, shared);
  }

  StoredFile sharedAs(String newTitle) {
    return new StoredFile(id, name, newTitle, content, true);
  }
}
