package io.countersign.support;

import io.countersign.estate.Login;
import io.countersign.estate.Policies.OwnCommand;
import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command like those of the product: a program with a login of its own, which changes the
 * registry by psql. It writes down its arguments, each time, ended by NUL, in {@code called}.
 *
 * @param folder where it lies
 * @param registry its own login
 */
public record ProductCommand(Path folder, Login registry) {
  /** As psql reads it: the words of the options stand in variables. */
  public static final String SETS_STATUS =
      "change \"UPDATE public.tenant SET status = :'to' WHERE slug = :'slug'\" \"$@\"";

  /**
   * One program.
   *
   * @param body lines of sh; {@code change SQL "$@"} runs SQL in the registry, where every option
   *     {@code --name value} stands in {@code :'name'}
   */
  public OwnCommand program(String name, String body, Duration timeOut, String... words)
      throws IOException {
    var file = folder.resolve(name);
    Files.writeString(
        file,
        """
        #!/bin/sh
        cd %1$s
        printf '%%s\\0' "$@" >> called
        for word; do
          case "$last" in --*) set -- "$@" -v "$(echo "${last#--}" | tr - _)=$word";; esac
          last="$word"
          shift
        done
        change() {
          sql="$1"; shift
          echo "$sql" | PGPASSWORD='%2$s' %3$s -Xqv ON_ERROR_STOP=1 "$@" -h %4$s -p %5$d -U %6$s -d %7$s
        }
        %8$s
        """
            .formatted(
                folder,
                registry.password().reveal(),
                PgPrograms.find().program("psql"),
                registry.host(),
                registry.port(),
                registry.user(),
                registry.database(),
                body));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new OwnCommand(
        Stream.concat(Stream.of(file.toString()), Stream.of(words)).toList(), timeOut);
  }

  /** All arguments of all calls so far. */
  public List<String> called() throws IOException {
    var file = folder.resolve("called");
    if (!Files.exists(file)) {
      return List.of();
    }
    var text = Files.readString(file);
    return List.of(text.substring(0, text.length() - 1).split("\0", -1));
  }
}
