package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Planned;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.runbook.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlannedSqlTest {
  private static Planned of(String name) {
    var database = new DatabaseRef(new ServerRef("medsuite", "pg-1"), 16503, name);
    return new Planned(Map.of("live", new Planned.Entry.Known(new Value.OfDatabase(database))));
  }

  @Test
  void a_long_name_can_be_planned_though_its_placeholders_are_longer_than_what_will_stand_there() {
    var name = "tenant_" + "n".repeat(30);

    assertThat(PlannedSql.name(of(name), "live", "_restore_<stamp of the run>_a<attempt>"))
        .isEqualTo("\"" + name + "_restore_<stamp of the run>_a<attempt>\"");
  }

  @Test
  void quotes_in_a_name_are_doubled() {
    assertThat(PlannedSql.name(of("ten\"ant"), "live", "_old")).isEqualTo("\"ten\"\"ant_old\"");
  }
}
