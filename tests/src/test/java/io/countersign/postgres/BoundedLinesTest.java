package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
  private static List<String> lines(String text) throws IOException {
    var lines = new ArrayList<String>();
    BoundedLines.each(new StringReader(text), 5, lines::add);
    return lines;
  }

  @Test
  void lines_end_at_line_feeds_and_keep_their_beginning() throws IOException {
    assertThat(lines("")).isEmpty();
    assertThat(lines("a\r\n\nlonger than that\nend")).containsExactly("a", "", "longe", "end");
    assertThat(lines("a\n")).containsExactly("a");
  }

  @Test
  void a_line_without_an_end_is_not_held() throws IOException {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var lines = new ArrayList<String>();
    long before = threads.getCurrentThreadAllocatedBytes();
    BoundedLines.each(new Endless(20_000_000), 400, lines::add);
    long held = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(lines).containsExactly("x".repeat(400));
    assertThat(held).isLessThan(1 << 20);
  }

  /** One long line. */
  private static final class Endless extends Reader {
    private int left;

    Endless(int characters) {
      left = characters;
    }

    @Override
    public int read(char[] into, int from, int most) {
      int n = Math.min(left, most);
      Arrays.fill(into, from, from + n, 'x');
      left -= n;
      return n == 0 ? -1 : n;
    }

    @Override
    public void close() {}
  }
}
