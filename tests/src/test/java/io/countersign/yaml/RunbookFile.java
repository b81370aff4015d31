package io.countersign.yaml;

import java.nio.charset.StandardCharsets;

/** A runbook's file is valid or complained about. */
public final class RunbookFile {
  private RunbookFile() {}

  /** What is slow the first time does not count as slow input. */
  public static void fuzzerInitialize() {
    Signatures.all();
  }

  public static void fuzzerTestOneInput(byte[] data) {
    switch (Signatures.read("fuzz.yaml", new String(data, StandardCharsets.UTF_8))) {
      case RunbookReader.Read.Valid(var runbook, _) -> runbook.digest();
      case RunbookReader.Read.Invalid(var complaints) -> {
        if (complaints.isEmpty()) {
          throw new AssertionError("invalid, and nothing is said of it");
        }
      }
    }
  }
}
