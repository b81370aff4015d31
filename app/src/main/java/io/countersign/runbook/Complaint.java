package io.countersign.runbook;

/**
 * Something wrong in a runbook or estate file.
 *
 * @param line from 1; 0 where the whole file is meant
 * @param column from 1; 0 where the whole line is meant
 * @param message what is wrong, a clause without a full stop
 * @param hint what to do, a sentence
 */
public record Complaint(String file, int line, int column, String message, String hint) {
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + message + ". " + hint;
  }
}
