package io.countersign.estate;

/** The name of a secret in the estate's secret store, never its value. */
public record SecretName(String value) {
  @Override
  public String toString() {
    return value;
  }
}
