/**
 * A stand-in Azure for sandbox and tests, over TLS: resource manager with flexible servers, key
 * vault, token endpoint. Its error codes are its own; only statuses are Azure's.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.sandbox.azure;
