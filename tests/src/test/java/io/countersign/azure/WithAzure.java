package io.countersign.azure;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A class of tests that share one stand-in of Azure. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class WithAzure {
  protected AzureRig rig;

  @BeforeAll
  void start(@TempDir Path folder) {
    rig = new AzureRig(folder);
  }

  @AfterAll
  void stop() {
    rig.close();
  }
}
