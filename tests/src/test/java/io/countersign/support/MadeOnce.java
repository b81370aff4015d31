package io.countersign.support;

import io.countersign.sandbox.postgres.ClusterOptions;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * The demo estate with its base backup, made once per JVM and copied for every class of tests that
 * wants one: a copy takes a quarter of the time.
 */
public final class MadeOnce {
  private MadeOnce() {}

  private static final class Holder {
    static final Path FOLDER = made();

    private static Path made() {
      var folder = PgPrograms.newWorkFolder("cs-once-");
      try (var live = LocalCluster.create(folder.resolve("live"), PgPrograms.find())) {
        live.start();
        MedsuiteEstate.create(live, folder, MedsuiteEstate.Size.SMALL);
        live.stop();
      } catch (SQLException broken) {
        throw new IllegalStateException(broken);
      }
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
      return folder;
    }

    private static void remove(Path folder) {
      run(List.of("rm", "-rf", folder.toString()));
    }
  }

  /**
   * A copy of the small estate, on a server that runs.
   *
   * @param folder gets {@code live}, {@code secrets} and {@code base}; the server's user can pass
   *     it
   */
  public static MedsuiteWorld in(Path folder) throws SQLException {
    var origin = Holder.FOLDER;
    for (var part : List.of("secrets", "base")) {
      run(List.of("cp", "-a", origin.resolve(part).toString(), folder.toString()));
    }
    var live =
        LocalCluster.copyOf(
            origin.resolve("live"),
            folder.resolve("live"),
            PgPrograms.find(),
            ClusterOptions.kept());
    if (!Files.isDirectory(folder.resolve("base").resolve("0"))) {
      throw new IllegalStateException("the base backup did not come along to " + folder);
    }
    live.start();
    return MedsuiteEstate.reopen(live, folder);
  }

  private static void run(List<String> argv) {
    try {
      int code = new ProcessBuilder(argv).inheritIO().start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(argv + " ended with " + code);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
