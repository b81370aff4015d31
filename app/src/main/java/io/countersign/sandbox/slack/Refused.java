package io.countersign.sandbox.slack;

import java.util.List;
import java.util.Map;

/**
 * Ends one Web API call with {@code {"ok":false,"error":...}}. Caught in one place, {@link WebApi}.
 */
final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String error;
  private final transient List<String> details;
  private final transient Map<String, String> more;

  Refused(String error) {
    this(error, List.of());
  }

  Refused(String error, List<String> details) {
    this(error, details, Map.of());
  }

  private Refused(String error, List<String> details, Map<String, String> more) {
    super(error, null, false, false);
    this.error = error;
    this.details = List.copyOf(details);
    this.more = Map.copyOf(more);
  }

  /** The same with what else stands beside the error in the answer. */
  Refused with(Map<String, String> others) {
    return new Refused(error, details, others);
  }

  Map<String, String> more() {
    return more;
  }

  String error() {
    return error;
  }

  List<String> details() {
    return details;
  }
}
