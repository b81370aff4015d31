package io.countersign;

import java.util.UUID;

/** The name of one gate row. A gate that opens anew is a new row with a new id. */
public record GateId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
