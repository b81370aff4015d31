package io.countersign.estate;

/** A PostgreSQL server of an estate by name: one of its own, or a copy that a run made. */
public record ServerRef(String estate, String name) {
  @Override
  public String toString() {
    return name;
  }
}
