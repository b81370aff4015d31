/**
 * Real PostgreSQL for sandbox and tests: clusters from the installed programs, the demo estates in
 * them, traffic, and the accidents that runbooks repair. All data is made up.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.sandbox.postgres;
