package io.countersign.thread;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.RestoreStory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static Timeline of(RestoreStory story) {
    return Timeline.of(story.journal(), RestoreStory.runbook()).orElseThrow();
  }

  @Test
  void a_run_of_which_nothing_had_begun_has_none() {
    assertThat(Timeline.of(new RestoreStory().journal(), RestoreStory.runbook())).isEmpty();
  }

  @Test
  void every_row_has_its_name_its_bar_and_its_length() throws Exception {
    var timeline = of(new RestoreStory().finished());
    var picture = drawn("finished", timeline);

    assertThat(picture.getWidth()).isEqualTo(1200);
    for (int row = 0; row < timeline.rows().size(); row++) {
      int y = 64 + 28 * row;
      assertThat(inked(picture, 24, 320, y)).as("the name in row %s", row).isTrue();
      assertThat(inked(picture, 330, 970, y)).as("the bar in row %s", row).isTrue();
      assertThat(inked(picture, 975, 1180, y)).as("the length in row %s", row).isTrue();
    }
  }

  @Test
  void however_short_or_long_a_run_is_it_fits() throws Exception {
    drawn("denied", of(new RestoreStory().denied()));
    drawn("short", of(new RestoreStory().needsYou()));
    var long_ = of(new RestoreStory().approved().later(Duration.ofDays(400)).begun());
    assertThat(drawn("long", long_).getHeight()).isLessThan(1000);
  }

  private static BufferedImage drawn(String name, Timeline timeline) throws IOException {
    var png = TimelinePicture.png(timeline);
    Files.write(
        Files.createDirectories(Path.of("target", "screenshots"))
            .resolve("timeline-" + name + ".png"),
        png);
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  /** Whether something dark stands in this part of a row. */
  private static boolean inked(BufferedImage picture, int from, int until, int y) {
    for (int x = from; x < until; x++) {
      for (int line = y + 2; line < y + 26; line++) {
        int green = picture.getRGB(x, line) >> 8 & 0xff;
        if (green < 0x80) {
          return true;
        }
      }
    }
    return false;
  }
}
