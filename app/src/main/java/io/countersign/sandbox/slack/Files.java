package io.countersign.sandbox.slack;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Uploaded files, shared or still on their way. */
final class Files {

  private final Guard guard;
  private final Map<String, StoredFile> files = new LinkedHashMap<>();

  Files(Guard guard) {
    this.guard = guard;
  }

  StoredFile expect(String name) {
    return guard.change(
        () -> {
          String id = String.format(Locale.ROOT, "F%07d", files.size() + 1);
          StoredFile file = StoredFile.expected(id, name);
          files.put(id, file);
          return file;
        });
  }

  Optional<StoredFile> change(String id, UnaryOperator<StoredFile> change) {
    return guard.change(
        () -> Optional.ofNullable(files.computeIfPresent(id, (_, file) -> change.apply(file))));
  }

  Optional<StoredFile> find(String id) {
    return guard.read(() -> Optional.ofNullable(files.get(id)));
  }

  List<StoredFile> all() {
    return guard.read(() -> List.copyOf(files.values()));
  }
}
