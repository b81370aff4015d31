package io.countersign.sandbox.slack;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A file that a browser can show, known by its first bytes and not by what it is called. */
final class Picture {

  private final String type;
  private final byte[] bytes;

  private Picture(String type, byte[] bytes) {
    this.type = type;
    this.bytes = bytes.clone();
  }

  static Optional<Picture> in(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, 12), StandardCharsets.ISO_8859_1);
    return typeOf(start).map(type -> new Picture(type, bytes));
  }

  private static Optional<String> typeOf(String start) {
    if (start.startsWith("\u0089PNG\r\n")) {
      return Optional.of("image/png");
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return Optional.of("image/jpeg");
    }
    if (start.startsWith("GIF8")) {
      return Optional.of("image/gif");
    }
    return start.startsWith("RIFF") && start.endsWith("WEBP")
        ? Optional.of("image/webp")
        : Optional.empty();
  }

  String type() {
    return type;
  }

  byte[] bytes() {
    return bytes.clone();
  }
}
