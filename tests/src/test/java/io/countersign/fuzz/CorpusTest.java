package io.countersign.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every reader against its examples and against what once broke it; no fuzzer takes part. */
class CorpusTest {

  @TestFactory
  Stream<DynamicContainer> what_once_broke_a_reader_breaks_it_no_more() {
    return Targets.ALL.stream()
        .map(
            target -> {
              var inputs = Targets.inputs(target);
              assertThat(inputs).as(target).isNotEmpty();
              return DynamicContainer.dynamicContainer(
                  target, inputs.stream().map(it -> test(target, it)));
            });
  }

  private static DynamicTest test(String target, Path input) {
    return DynamicTest.dynamicTest(
        input.getFileName().toString(),
        () -> Targets.entrance(target).invoke(Files.readAllBytes(input)));
  }
}
