/** Actions on whole servers: make a copy that stands at a past moment, and remove it. */
@org.jspecify.annotations.NullMarked
package io.countersign.action.server;
