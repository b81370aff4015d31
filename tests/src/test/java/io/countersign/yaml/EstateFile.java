package io.countersign.yaml;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** An estate's file is valid or complained about. */
public final class EstateFile {
  private EstateFile() {}

  public static void fuzzerTestOneInput(byte[] data) {
    var text = new String(data, StandardCharsets.UTF_8);
    switch (EstateReader.read("fuzz.yaml", text, it -> Optional.of("/" + it))) {
      case EstateReader.Read.Valid(var estate) -> estate.name();
      case EstateReader.Read.Invalid(var complaints) -> {
        if (complaints.isEmpty()) {
          throw new AssertionError("invalid, and nothing is said of it");
        }
      }
    }
  }
}
