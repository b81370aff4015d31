/** Azure's libraries over TLS against the stand-in. */
@org.jspecify.annotations.NullMarked
package io.countersign.azure;
