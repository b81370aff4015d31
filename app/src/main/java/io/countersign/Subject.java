package io.countersign;

/**
 * What a run holds while it is active: one tenant ({@code medsuite/acme}), one server ({@code
 * medsuite@pg-1}) or a whole estate ({@code medsuite}).
 */
public record Subject(String value) {
  public Subject {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a subject has a name");
    }
  }

  public static Subject tenant(String estate, String slug) {
    return new Subject(estate + "/" + slug);
  }

  public static Subject server(String estate, String server) {
    return new Subject(estate + "@" + server);
  }

  public static Subject estate(String estate) {
    return new Subject(estate);
  }

  @Override
  public String toString() {
    return value;
  }
}
