package io.countersign.doctor;

import io.countersign.server.AnchorFile;
import io.countersign.server.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** Where the audit's anchors are kept outside of the database. */
final class AuditChecks {
  private static final String WHAT = "the audit's anchors outside";
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Settings settings;
  private final Results results = new Results();

  AuditChecks(Settings settings) {
    this.settings = settings;
  }

  /** Makes no file. */
  List<Result> look() {
    if (settings.auditFile().isEmpty() && settings.auditChannel().isEmpty()) {
      results.fine(
          WHAT,
          "nowhere: neither COUNTERSIGN_AUDIT_FILE nor COUNTERSIGN_AUDIT_CHANNEL is set, so whoever"
              + " owns the database could rewrite all of it");
    }
    settings.auditFile().map(Path::toAbsolutePath).ifPresent(this::file);
    return results.list();
  }

  private void file(Path file) {
    var what = "the audit file";
    try {
      if (!Files.exists(file)) {
        results.check(
            Files.isWritable(file.getParent()),
            what,
            "begins with the first anchor, at " + file,
            "It cannot be made at " + file + ".",
            "make its folder, writable for the bot's user, or correct COUNTERSIGN_AUDIT_FILE.");
        return;
      }
      var lines = AnchorFile.read(file).lines().size();
      results.check(
          Files.isWritable(file),
          what,
          lines + " anchors in " + file,
          file + " cannot be appended to.",
          "let the bot's user write it, or correct COUNTERSIGN_AUDIT_FILE.");
      if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        results.finding(what, file + " is open to others.", "chmod 600 " + file + ".");
      }
    } catch (IOException unreadable) {
      results.finding(
          what,
          file + " cannot be read.",
          "let the bot's user read it, or correct COUNTERSIGN_AUDIT_FILE.");
    }
  }
}
