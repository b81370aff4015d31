package io.countersign.runbook;

import java.util.HashMap;
import java.util.Map;

/**
 * Where the parts of a file stand, by path: {@code steps/3/with/to}. Whoever reads the file fills
 * it; lint asks it, and so knows nothing of the file's format.
 */
public final class Places {
  private final Map<String, Place> keys = new HashMap<>();
  private final Map<String, Place> values = new HashMap<>();

  /** Notes where a part's key and value stand; a part without a key gives its value's place. */
  public void put(String path, Place key, Place value) {
    keys.put(path, key);
    values.put(path, value);
  }

  /** Whether the file has this part at all, in whatever form. */
  public boolean has(String path) {
    return values.containsKey(path);
  }

  /** The place of the part's name, or of the nearest part around it that is known. */
  public Place key(String path) {
    return nearest(keys, path);
  }

  /** The place of what the part says, or of the nearest part around it that is known. */
  public Place value(String path) {
    return nearest(values, path);
  }

  private static Place nearest(Map<String, Place> places, String path) {
    var part = path;
    while (true) {
      var place = places.get(part);
      if (place != null) {
        return place;
      }
      int slash = part.lastIndexOf('/');
      if (slash < 0) {
        return Place.FILE;
      }
      part = part.substring(0, slash);
    }
  }
}
