package io.countersign.audit;

import io.countersign.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The written form over which hashes are made: each part with its length in UTF-8 before it, so
 * that two different contents never have one form. The database's {@code audit_text} writes the
 * same; the verification does not ask it, because whoever changes rows may change functions too.
 */
final class Written {
  /** Stands where there is nothing before. */
  static final String NOTHING = "0".repeat(64);

  private final StringBuilder text = new StringBuilder();

  /**
   * @param form the kind of thing and the version of its form
   */
  Written(String form) {
    part(form);
  }

  Written part(String part) {
    text.append(part.getBytes(StandardCharsets.UTF_8).length).append(':').append(part).append('\n');
    return this;
  }

  Written part(long part) {
    return part(Long.toString(part));
  }

  Written parts(List<String> parts) {
    parts.forEach(this::part);
    return this;
  }

  String hash() {
    return Digest.of(text.toString()).hex();
  }
}
