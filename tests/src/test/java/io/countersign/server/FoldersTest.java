package io.countersign.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.run.EstateParts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "MEDSUITE_SECRETS", "/secrets",
          "MEDSUITE_BASE_BACKUPS", "/backups",
          "MEDSUITE_ARCHIVE", "/archive",
          "MEDSUITE_COPIES", "/copies",
          "MEDSUITE_BACKUPS", "/dumps");

  @TempDir private Path folder;

  @BeforeEach
  void twoRunbooks() throws Exception {
    for (var name : new String[] {"tenant-restore.yaml", "tenant-drop-old.yaml"}) {
      Files.copy(Path.of("../runbooks", name), folder.resolve(name));
    }
  }

  @Test
  void a_folder_whose_runbooks_name_each_other_is_taken() throws Exception {
    assertThat(Folders.runbooks(folder, estates()))
        .containsOnlyKeys("tenant-restore", "tenant-drop-old");
  }

  @Test
  void serving_is_refused_where_a_runbook_to_be_started_later_does_not_exist() throws Exception {
    Files.delete(folder.resolve("tenant-drop-old.yaml"));

    assertThatThrownBy(() -> Folders.runbooks(folder, estates()))
        .isInstanceOf(Folders.Refused.class)
        .hasMessageContaining("tenant-restore.yaml:134:51: no runbook is called tenant-drop-old.");
  }

  @Test
  void serving_is_refused_where_two_runbooks_have_one_command() throws Exception {
    Files.writeString(
        folder.resolve("z.yaml"),
        """
        runbook: other
        title: Another
        estates: [medsuite]
        command: /tenant-restore
        parameters:
          tenant: { type: tenant }
        steps:
          - id: tell
            action: tenant.invalidate
        """);

    assertThatThrownBy(() -> Folders.runbooks(folder, estates()))
        .isInstanceOf(Folders.Refused.class)
        .hasMessageContaining("z.yaml:4:10: another file has the command /tenant-restore.");
  }

  @Test
  void serving_is_refused_with_the_place_where_a_file_is_not_in_utf_8() throws Exception {
    Files.write(folder.resolve("z.yaml"), "runbook: z\ntitle: Caf\u00e9\n".getBytes(ISO_8859_1));

    assertThatThrownBy(() -> Folders.runbooks(folder, estates()))
        .isInstanceOf(Folders.Refused.class)
        .hasMessageContaining("z.yaml:2:11: a character here is not written in UTF-8.");
  }

  @Test
  void serving_is_refused_where_an_estates_variable_is_not_set() {
    assertThatThrownBy(() -> Folders.estates(Path.of("../manifest/estates"), Map.of()))
        .isInstanceOf(Folders.Refused.class)
        .hasMessageContaining("the variable MEDSUITE_SECRETS is not set");
  }

  private static Map<String, EstateParts> estates() throws Folders.Refused {
    var estate = Folders.estates(Path.of("../manifest/estates"), VARIABLES).getFirst();
    return Map.of(
        estate.name(),
        Estates.of(
            estate,
            Path.of("/scratch"),
            new Random(1),
            () -> {
              throw new IllegalStateException("nothing runs here");
            },
            () -> {
              throw new IllegalStateException("nothing runs here");
            },
            _ -> {}));
  }
}
