package io.countersign.audit;

import java.util.List;

/**
 * What a chain holds of one row in one state.
 *
 * @param n its place in the chain, from 1
 * @param columns which columns of the row it covers, in alphabetical order
 * @param previous the hash of the link before it
 * @param micros when it was made, in microseconds since 1970
 * @param hash over all of the above
 */
public record Link(
    String chain,
    long n,
    String source,
    String key,
    List<String> columns,
    String rowHash,
    String previous,
    long micros,
    String hash) {
  public Link {
    columns = List.copyOf(columns);
  }

  /** What its hash should be. */
  public String computed() {
    return new Written("countersign.link/1")
        .part(chain)
        .part(n)
        .part(source)
        .part(key)
        .part(String.join(",", columns))
        .part(rowHash)
        .part(previous)
        .part(micros)
        .hash();
  }

  String rowName() {
    return source + " " + key;
  }
}
