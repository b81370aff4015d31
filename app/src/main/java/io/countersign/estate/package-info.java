/**
 * Estates: one product's databases, its tenants and registry, and the ports to secrets and server
 * restores.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.estate;
