package io.countersign.sandbox.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Sessions that are given up whatever their server says. */
final class Sessions {
  private Sessions() {}

  static void closeQuietly(@Nullable Connection session) {
    if (session == null) {
      return;
    }
    try {
      session.close();
    } catch (SQLException gone) {
      // it is broken already, and nobody wants anything from it
    }
  }
}
