/** The thread of a run: a projection of its journal, without any knowledge of how it is drawn. */
@org.jspecify.annotations.NullMarked
package io.countersign.thread;
