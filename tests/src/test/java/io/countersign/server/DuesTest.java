package io.countersign.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DuesTest {
  @Test
  void what_fails_keeps_nothing_else_from_being_looked_at() {
    var looked = new ArrayList<String>();
    Runnable broken =
        () -> {
          looked.add("schedules");
          throw new IllegalStateException("the database is away");
        };
    new Dues(List.of(broken, () -> looked.add("calls"))).run();
    assertThat(looked).containsExactly("schedules", "calls");
  }
}
