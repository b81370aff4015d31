package io.countersign.support;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Records with other texts in them, however deep they lie; keys of maps stay. */
public final class Rewritten {
  private Rewritten() {}

  /** Puts other texts in the place of some, all at once; longer ones are found first. */
  public static UnaryOperator<String> replacing(Map<String, String> others) {
    var any =
        Pattern.compile(
            others.keySet().stream()
                .sorted((one, other) -> other.length() - one.length())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
    return text ->
        any.matcher(text)
            .replaceAll(it -> Matcher.quoteReplacement(others.getOrDefault(it.group(), "")));
  }

  @SuppressWarnings("unchecked")
  public static <T> T texts(T value, UnaryOperator<String> change) {
    return (T)
        switch (value) {
          case String text -> change.apply(text);
          case List<?> list -> list.stream().map(it -> texts(it, change)).toList();
          case Set<?> set ->
              set.stream()
                  .map(it -> texts(it, change))
                  .collect(Collectors.toCollection(LinkedHashSet::new));
          case Map<?, ?> map -> {
            var changed = new LinkedHashMap<Object, Object>();
            map.forEach((key, it) -> changed.put(key, texts(it, change)));
            yield changed;
          }
          case Optional<?> maybe -> maybe.map(it -> texts(it, change));
          case Record record -> record(record, change);
          default -> value;
        };
  }

  private static Record record(Record value, UnaryOperator<String> change) {
    var parts = value.getClass().getRecordComponents();
    var types = new Class<?>[parts.length];
    var values = new Object[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        types[i] = parts[i].getType();
        values[i] = texts(part(parts[i], value), change);
      }
      var maker = value.getClass().getDeclaredConstructor(types);
      maker.setAccessible(true);
      return maker.newInstance(values);
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(value.getClass().getName(), broken);
    }
  }

  private static Object part(RecordComponent part, Record of) throws ReflectiveOperationException {
    var read = part.getAccessor();
    read.setAccessible(true);
    return read.invoke(of);
  }
}
