package io.countersign.estate;

import io.countersign.Problem;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Where an estate keeps its backups (port). What lies there holds patients' rows. */
public interface ObjectStore {
  /**
   * Stores a file under a key, whole or not at all. The same key again replaces what is there; keys
   * have run and attempt in them, so it can only be what the same attempt stored.
   *
   * @param file is moved, and no longer where it was
   */
  void put(String key, Path file) throws StoreUnavailable;

  /** Bytes of what lies under a key; empty where nothing does. */
  OptionalLong bytes(String key) throws StoreUnavailable;

  /** To be closed by the caller. */
  InputStream read(String key) throws StoreUnavailable;

  /** Nothing happens where nothing lies there. */
  void remove(String key) throws StoreUnavailable;

  /** Bytes that may still be stored; empty where there is no limit that can be seen. */
  OptionalLong free() throws StoreUnavailable;

  /** The store cannot be used; nothing was changed. */
  final class StoreUnavailable extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    public StoreUnavailable(Problem problem) {
      super(problem.line());
      this.problem = problem;
    }

    public Problem problem() {
      return problem;
    }
  }
}
