package io.countersign.action.database;

import io.countersign.Digest;

/**
 * What a restored database was found to be.
 *
 * @param verdict in words: {@code equal by value (2 tables without record hash)}
 * @param contentHash SHA-256 over all tables' counts and hashes and the catalogue
 * @param comeBack rows that only the restored database has
 * @param go rows that only the live one has
 * @param change rows of both that differ
 * @param queueJobs jobs that would run again: they wait in the restored database and are over in
 *     the live one
 * @param numbersAgain numbers that the live one's sequences have given since
 * @param rowsByTable "back go change schema.table", a line for each table in which rows differ, the
 *     most first; at most {@value Changes#LINES}
 * @param sequencesBehind "numbers schema.sequence", a line for each, the most first
 * @param restoredBytes the restored one's size
 * @param liveBytes the live one's size
 * @param sessions who is connected to the live database, by application
 */
public record Parity(
    String verdict,
    String contentHash,
    long tables,
    long comeBack,
    long go,
    long change,
    long queueJobs,
    long numbersAgain,
    String rowsByTable,
    String sequencesBehind,
    long restoredBytes,
    long liveBytes,
    String sessions) {
  static Parity of(String verdict, Digest content, long tables, Changes changes) {
    var counts = changes.rows().counts();
    return new Parity(
        verdict,
        content.hex(),
        tables,
        counts.comeBack(),
        counts.go(),
        counts.change(),
        changes.jobs(),
        changes.given(),
        changes.rowsByTable(),
        changes.sequencesBehind(),
        changes.comingBytes(),
        changes.liveBytes(),
        changes.sessions());
  }
}
