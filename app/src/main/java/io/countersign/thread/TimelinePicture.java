package io.countersign.thread;

import io.countersign.thread.Timeline.Bar;
import io.countersign.thread.Timeline.Kind;
import io.countersign.thread.Timeline.Row;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Draws a {@link Timeline}: a row per step with its name and how long it took in words, a bar for
 * its work, hatched where the run waited for people. Nothing is told by colour alone.
 */
public final class TimelinePicture {
  private static final int WIDTH = 1200;
  private static final int MARGIN = 24;
  private static final int NAMES = 330;
  private static final int LENGTHS = 230;
  private static final int ROW = 28;
  private static final int BAR = 16;
  private static final int HEAD = 64;
  private static final int FOOT = 64;
  private static final int LEAST = 2;
  private static final int HATCH = 6;

  /** At most so many marks under the bars. */
  private static final int MARKS = 8;

  private static final List<Duration> STEPS =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofHours(1),
          Duration.ofHours(4),
          Duration.ofDays(1),
          Duration.ofDays(7));

  private static final Color INK = new Color(0x1d1c1d);
  private static final Color QUIET = new Color(0x5e5d60);
  private static final Color LINES = new Color(0xb4bfca);
  private static final Color DONE = new Color(0x1264a3);
  private static final Color FAILED = new Color(0xb3261e);
  private static final Color WAITING = new Color(0x8a5a00);
  private static final Color FROZEN = new Color(0xcfe3f5);

  private final Timeline timeline;
  private final Graphics2D pen;
  private final int height;

  private TimelinePicture(Timeline timeline, Graphics2D pen, int height) {
    this.timeline = timeline;
    this.pen = pen;
    this.height = height;
  }

  /** A PNG, 1,200 pixels wide. */
  public static byte[] png(Timeline timeline) {
    int height = HEAD + ROW * timeline.rows().size() + FOOT;
    var image = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
    var pen = image.createGraphics();
    try {
      pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      pen.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      new TimelinePicture(timeline, pen, height).draw();
    } finally {
      pen.dispose();
    }
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private void draw() {
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, WIDTH, height);
    readOnly();
    marks();
    text(timeline.title(), MARGIN, 34, INK, Font.BOLD, 18, WIDTH - 2 * MARGIN);
    int y = HEAD;
    for (var row : timeline.rows()) {
      row(row, y);
      y += ROW;
    }
    legend();
  }

  private void row(Row row, int y) {
    int line = y + 19;
    text(row.name(), MARGIN, line, INK, Font.PLAIN, 14, NAMES - MARGIN - 12);
    for (var bar : row.bars()) {
      bar(bar, y + (ROW - BAR) / 2);
    }
    text(row.lengths(), WIDTH - LENGTHS + 8, line, INK, Font.PLAIN, 13, LENGTHS - MARGIN);
  }

  private void bar(Bar bar, int y) {
    int from = Math.min(x(bar.from()), WIDTH - LENGTHS - LEAST);
    var box = new Rectangle(from, y, Math.max(LEAST, x(bar.until()) - from), BAR);
    switch (bar.kind()) {
      case DONE -> fill(box, DONE);
      case FAILED -> {
        fill(box, FAILED);
        pen.setColor(Color.WHITE);
        pen.drawLine(box.x, box.y + BAR, box.x + Math.min(BAR, box.width), box.y);
      }
      case WAITING -> hatched(box);
    }
  }

  private void fill(Rectangle box, Color color) {
    pen.setColor(color);
    pen.fill(box);
  }

  private void hatched(Rectangle box) {
    var clip = pen.getClip();
    pen.setColor(Color.WHITE);
    pen.fill(box);
    pen.clip(box);
    pen.setColor(WAITING);
    pen.setStroke(new BasicStroke(1.6f));
    for (int x = box.x - BAR; x < box.x + box.width; x += HATCH) {
      pen.draw(new Line2D.Double(x, box.y + BAR, x + BAR, box.y));
    }
    pen.setClip(clip);
    pen.setStroke(new BasicStroke(1f));
    pen.draw(new Rectangle(box.x, box.y, box.width - 1, box.height - 1));
  }

  private void readOnly() {
    timeline
        .readOnly()
        .ifPresent(
            it -> {
              int from = x(it.from());
              fill(
                  new Rectangle(
                      from,
                      HEAD - 6,
                      Math.max(LEAST, x(it.until()) - from),
                      height - HEAD - FOOT + 12),
                  FROZEN);
            });
  }

  private void marks() {
    var step = step();
    var format =
        DateTimeFormatter.ofPattern(
                step.compareTo(Duration.ofMinutes(1)) < 0
                    ? "HH:mm:ss"
                    : step.compareTo(Duration.ofDays(1)) < 0 ? "HH:mm" : "d MMM",
                Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    long seconds = step.toSeconds();
    long first = Math.ceilDiv(timeline.from().getEpochSecond(), seconds) * seconds;
    for (long at = first; at <= timeline.until().getEpochSecond(); at += seconds) {
      int x = x(Instant.ofEpochSecond(at));
      pen.setColor(LINES);
      pen.drawLine(x, HEAD - 6, x, height - FOOT + 6);
      text(
          format.format(Instant.ofEpochSecond(at)),
          x - 16,
          height - FOOT + 22,
          QUIET,
          Font.PLAIN,
          12,
          90);
    }
  }

  private Duration step() {
    var whole = Duration.between(timeline.from(), timeline.until());
    return STEPS.stream()
        .filter(it -> whole.dividedBy(it) <= MARKS)
        .findFirst()
        .orElse(whole.dividedBy(MARKS));
  }

  private void legend() {
    int y = height - 24;
    int x = MARGIN;
    for (var kind : Kind.values()) {
      x = entry(kind, x, y);
    }
    if (timeline.readOnly().isPresent()) {
      fill(new Rectangle(x, y - 12, 28, BAR - 2), FROZEN);
      text("read-only", x + 36, y, QUIET, Font.PLAIN, 12, 200);
    }
    text("times in UTC", WIDTH - LENGTHS + 8, y, QUIET, Font.PLAIN, 12, 200);
  }

  private int entry(Kind kind, int x, int y) {
    var box = new Rectangle(x, y - 12, 28, BAR - 2);
    var word =
        switch (kind) {
          case DONE -> "done";
          case FAILED -> "not done";
          case WAITING -> "waiting for people";
        };
    switch (kind) {
      case DONE -> fill(box, DONE);
      case FAILED -> fill(box, FAILED);
      case WAITING -> hatched(box);
    }
    text(word, x + 36, y, QUIET, Font.PLAIN, 12, 200);
    return x + 36 + pen.getFontMetrics().stringWidth(word) + 28;
  }

  private int x(Instant at) {
    double whole = Math.max(1, Duration.between(timeline.from(), timeline.until()).toMillis());
    double share = Duration.between(timeline.from(), at).toMillis() / whole;
    return NAMES + (int) Math.round(Math.clamp(share, 0, 1) * (WIDTH - NAMES - LENGTHS));
  }

  private void text(String text, int x, int y, Color color, int style, int size, int room) {
    pen.setFont(new Font(Font.SANS_SERIF, style, size));
    pen.setColor(color);
    var shown = text;
    while (pen.getFontMetrics().stringWidth(shown) > room && shown.length() > 2) {
      shown = shown.substring(0, shown.length() - 2).stripTrailing() + "…";
    }
    pen.drawString(shown, x, y);
  }
}
