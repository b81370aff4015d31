package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.estate.ObjectStore;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/** For estates that keep no backups: everything is refused, with what to write into their file. */
public final class NoStore implements ObjectStore {
  private static StoreUnavailable refused() {
    return new StoreUnavailable(
        new Problem(
            "looking for the place of backups",
            "the estate's file names none.",
            "Add backups: { folder: … } to it, start the bot again, then retry."));
  }

  @Override
  public void put(String key, Path file) throws StoreUnavailable {
    throw refused();
  }

  @Override
  public OptionalLong bytes(String key) throws StoreUnavailable {
    throw refused();
  }

  @Override
  public InputStream read(String key) throws StoreUnavailable {
    throw refused();
  }

  @Override
  public void remove(String key) {
    // nothing can lie there
  }

  @Override
  public OptionalLong free() throws StoreUnavailable {
    throw refused();
  }
}
