package io.countersign.postgres;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A dump in pg_dump's directory format as one file, so that it is stored whole or not at all and
 * has one digest: a ZIP archive, whose pieces pg_dump has compressed already. By hand: {@code unzip
 * FILE -d FOLDER}, then {@code pg_restore --format=directory --jobs=4 FOLDER}.
 */
final class PackedDump {
  private static final int BUFFER = 1 << 16;

  /** {@code toc.dat}, {@code 3457.dat.gz}, {@code blobs.toc}; nothing that leads elsewhere. */
  private static final Pattern PIECE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.]{0,79}");

  private PackedDump() {}

  /** Packs the pieces, and removes each as soon as it is in: the scratch disk need not hold two. */
  static void pack(Path folder, Path file) throws IOException {
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.createFile(file, mine);
    try (var pieces = Files.list(folder);
        var out =
            new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER))) {
      out.setLevel(Deflater.NO_COMPRESSION);
      for (var piece : sorted(pieces)) {
        out.putNextEntry(new ZipEntry(String.valueOf(piece.getFileName())));
        Files.copy(piece, out);
        out.closeEntry();
        Files.delete(piece);
      }
    }
    Files.delete(folder);
  }

  private static Iterable<Path> sorted(Stream<Path> pieces) {
    return pieces.sorted().toList();
  }

  /** Whether what is read here begins as such a file does; it can be read from its start after. */
  static boolean begins(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean packed = in.read() == 'P' && in.read() == 'K';
    in.reset();
    return packed;
  }

  /**
   * Unpacks into a new folder that only this user may enter.
   *
   * @throws ZipException where it is no such file, or damaged
   */
  static void unpack(InputStream in, Path folder) throws IOException {
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var zip = new ZipInputStream(in);
    for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (!PIECE.matcher(entry.getName()).matches()) {
        throw new ZipException("no piece of a dump is called so");
      }
      Files.copy(zip, folder.resolve(entry.getName()));
    }
  }
}
