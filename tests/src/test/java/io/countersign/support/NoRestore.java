package io.countersign.support;

import io.countersign.estate.Login;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import java.time.Instant;
import java.util.Optional;

/**
 * Says what could be restored, and restores nothing.
 *
 * @param all the window of every server
 */
public record NoRestore(Window all) implements ServerRestorer {
  /** Any moment could be restored to. */
  public static NoRestore anyMoment() {
    return new NoRestore(new Window(Instant.EPOCH, Instant.MAX));
  }

  @Override
  public Window window(ServerRef source) {
    return all;
  }

  @Override
  public void begin(Copy copy) {}

  @Override
  public Progress look(Copy copy) {
    return new Progress.Absent();
  }

  @Override
  public Optional<Login> login(ServerRef copy) {
    return Optional.empty();
  }

  @Override
  public void remove(Copy copy) {}
}
