package io.countersign.thread;

import io.countersign.Bytes;
import io.countersign.runbook.Value;

/** Values as people say them: a database by its name alone, not by OID and server. */
final class Names {
  private Names() {}

  static String of(Value value) {
    return switch (value) {
      case Value.OfDatabase(var database) -> database.name();
      case Value.OfTenant(var tenant) -> tenant.slug();
      case Value.Size(var bytes) -> Bytes.shown(bytes);
      case Value.Span(var length) -> Texts.duration(length);
      case Value.Text _,
          Value.Int _,
          Value.Bool _,
          Value.Moment _,
          Value.Choice _,
          Value.OfServer _,
          Value.OfSecret _,
          Value.OfBackup _ ->
          value.shown();
    };
  }
}
