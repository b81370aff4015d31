package io.countersign;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BytesTest {
  private static final String AS_IN_FILES = "{0} bytes are shown as {1}";

  @ParameterizedTest(name = AS_IN_FILES)
  @CsvSource({
    "0, 1 kB",
    "1023, 1 kB",
    "12288, 12 kB",
    "1048576, 1 MB",
    "15309209, 14.6 MB",
    "536870912000, 500 GB",
    "1099511627776, 1 TB",
    "1125899906842624, 1024 TB",
  })
  void sizes_have_the_units_in_which_files_give_them(long bytes, String shown) {
    assertThat(Bytes.shown(bytes)).isEqualTo(shown);
  }
}
