package io.countersign.sandbox.postgres;

import java.io.IOException;
import java.nio.file.Path;

/** A process that starts a cluster and holds it until somebody kills the process. */
final class ClusterHolder {
  private ClusterHolder() {}

  public static void main(String[] arguments) throws IOException {
    var cluster =
        LocalCluster.create(Path.of(arguments[0]), PgPrograms.find(), ClusterOptions.disposable());
    cluster.start();
    System.out.println("READY");
    // whoever started this process closes the pipe, or kills it
    int end = System.in.read();
    System.exit(end);
  }
}
