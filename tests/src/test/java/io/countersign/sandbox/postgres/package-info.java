/** The demo estates are what the other tests believe them to be. */
@org.jspecify.annotations.NullMarked
package io.countersign.sandbox.postgres;
