package io.countersign.audit;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One row as it stands in the database now.
 *
 * @param source its table
 * @param chain the chain that covers it; empty where the row belongs to none
 * @param key what names it among the rows of its table in its chain
 * @param fields each column's value, written as JSON
 */
public record AuditRow(String source, String chain, String key, SortedMap<String, String> fields) {
  public AuditRow {
    fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
  }

  /** The hash over these columns of it; a column that it lacks is left out, which differs. */
  public String hash(List<String> columns) {
    var written = new Written("countersign.row/1").part(source);
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (columns.contains(field.getKey())) {
        written.part(field.getKey()).part(field.getValue());
      }
    }
    return written.hash();
  }

  String name() {
    return source + " " + key;
  }
}
