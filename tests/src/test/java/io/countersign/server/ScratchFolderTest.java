package io.countersign.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
  @TempDir private Path temporary;

  @Test
  void the_next_process_of_a_user_has_the_same_folder_and_nobody_else_may_enter_it()
      throws Exception {
    var folder = ScratchFolder.ofThisUser(temporary);

    assertThat(ScratchFolder.ofThisUser(temporary)).isEqualTo(folder);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    try (var all = Files.list(temporary)) {
      assertThat(all).containsExactly(folder);
    }
  }

  @Test
  void a_folder_that_others_may_enter_is_refused() throws Exception {
    var folder = ScratchFolder.ofThisUser(temporary);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));

    refused(folder);
  }

  @Test
  void a_link_in_its_place_is_refused() throws Exception {
    var folder = ScratchFolder.ofThisUser(temporary);
    Files.move(folder, temporary.resolve("elsewhere"));
    Files.createSymbolicLink(folder, temporary.resolve("elsewhere"));

    refused(folder);
  }

  private void refused(Path folder) throws IOException {
    assertThatThrownBy(() -> ScratchFolder.ofThisUser(temporary))
        .isInstanceOf(ScratchFolder.Refused.class)
        .hasMessageStartingWith(folder + " is not a folder that only this user may enter.")
        .hasMessageContaining("java.io.tmpdir");
  }
}
