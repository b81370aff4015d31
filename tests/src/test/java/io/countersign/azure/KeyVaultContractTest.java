package io.countersign.azure;

import io.countersign.estate.OwnSecrets;
import io.countersign.estate.SecretStore;
import io.countersign.support.SecretStoreContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class KeyVaultContractTest extends SecretStoreContract {
  private AzureRig rig;

  @BeforeAll
  void start(@TempDir Path folder) {
    rig = new AzureRig(folder);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @BeforeEach
  void well() {
    rig.azure.faults().forget();
  }

  @Override
  protected SecretStore secrets() {
    return rig.vault();
  }

  @Override
  protected OwnSecrets own() {
    return rig.vault();
  }

  @Override
  protected void put(String name, String value) {
    rig.azure.vault().put(name, value);
  }

  @Override
  protected Map<String, Doing> unreadable() {
    return Map.of(
        "disabled", name -> rig.azure.vault().disable(name),
        "removed and kept", name -> rig.azure.vault().remove(name),
        "one that the bot may not read", name -> rig.azure.vault().forbid(name));
  }
}
