package io.countersign;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 digest, 64 hexadecimal digits in lower case. */
public record Digest(String hex) {
  private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{64}");

  public Digest {
    if (!SHAPE.matcher(hex).matches()) {
      throw new IllegalArgumentException("not a SHA-256 digest in hexadecimal digits: " + hex);
    }
  }

  /** The digest of a text's UTF-8 form. */
  public static Digest of(String text) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      return new Digest(
          HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8))));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The short form that people read to each other: {@code 9f3c-1a77}. */
  public String shown() {
    return hex.substring(0, 4) + "-" + hex.substring(4, 8);
  }

  @Override
  public String toString() {
    return hex;
  }
}
