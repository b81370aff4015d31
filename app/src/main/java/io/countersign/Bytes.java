package io.countersign;

import java.util.Locale;

/**
 * Sizes for people, in the units in which PostgreSQL and our files take them: 1 kB is 1,024 bytes,
 * 1 MB 1,024 kB. So {@code 500GB} in a file is {@code 500 GB} in a message.
 */
public final class Bytes {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB"};
  private static final int STEP = 1024;

  private Bytes() {}

  /**
   * {@code 12 kB}, {@code 14.6 MB}, {@code 500 GB}.
   *
   * @param bytes 0 or more; less than a kB is shown as one
   */
  public static String shown(long bytes) {
    double amount = bytes / (double) STEP;
    int unit = 0;
    while (amount >= STEP && unit < UNITS.length - 1) {
      amount /= STEP;
      unit++;
    }
    return (unit == 0 ? Long.toString(Math.max(1, (long) amount)) : oneDigit(amount))
        + " "
        + UNITS[unit];
  }

  private static String oneDigit(double amount) {
    return String.format(Locale.ROOT, "%.1f", amount).replaceAll("\\.0$", "");
  }
}
