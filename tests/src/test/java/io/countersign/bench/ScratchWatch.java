package io.countersign.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The most bytes that lay in a folder, password files not counted, looked at five times a second.
 */
final class ScratchWatch implements AutoCloseable {
  private static final long PASSWORD_FILE = 4096;

  private final Path folder;
  private final AtomicLong peak = new AtomicLong();
  private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();

  ScratchWatch(Path folder) {
    this.folder = folder;
    var _ = looks.scheduleWithFixedDelay(this::look, 0, 200, TimeUnit.MILLISECONDS);
  }

  /** Bytes. */
  long peak() {
    return peak.get();
  }

  private void look() {
    var sum = new AtomicLong();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum.addAndGet(attributes.size() <= PASSWORD_FILE ? 0 : attributes.size());
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException gone) {
      // the next look sees what is there
    }
    peak.accumulateAndGet(sum.get(), Math::max);
  }

  @Override
  public void close() {
    looks.shutdown();
    look();
  }
}
