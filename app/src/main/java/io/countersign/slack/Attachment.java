package io.countersign.slack;

import java.nio.charset.StandardCharsets;

/** A file that goes into a run's thread. */
final class Attachment {
  /** Characters that Slack takes for whoever cannot see a picture. */
  private static final int TOLD = 1_000;

  private final String title;
  private final String told;
  private final byte[] bytes;

  private Attachment(String title, String told, byte[] bytes) {
    this.title = title;
    this.told = told;
    this.bytes = bytes;
  }

  static Attachment text(String title, String text) {
    return new Attachment(title, "", text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A picture.
   *
   * @param told what it shows, in words
   */
  static Attachment picture(String title, String told, byte[] png) {
    var words = told.length() <= TOLD ? told : told.substring(0, TOLD - 1) + "…";
    return new Attachment(title, words, png.clone());
  }

  String title() {
    return title;
  }

  /** Empty for a text. */
  String told() {
    return told;
  }

  byte[] bytes() {
    return bytes.clone();
  }
}
