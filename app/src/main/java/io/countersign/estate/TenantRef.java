package io.countersign.estate;

import io.countersign.Subject;

/** A tenant by name: {@code medsuite/acme}. */
public record TenantRef(String estate, String slug) {
  public Subject subject() {
    return Subject.tenant(estate, slug);
  }

  @Override
  public String toString() {
    return estate + "/" + slug;
  }
}
