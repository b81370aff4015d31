package io.countersign.sandbox.slack;

import java.util.List;

/**
 * Ends one Web API call with {@code {"ok":false,"error":...}}. Caught in one place, {@link WebApi}.
 */
final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String error;
  private final transient List<String> details;

  Refused(String error) {
    this(error, List.of());
  }

  Refused(String error, List<String> details) {
    super(error, null, false, false);
    this.error = error;
    this.details = List.copyOf(details);
  }

  String error() {
    return error;
  }

  List<String> details() {
    return details;
  }
}
