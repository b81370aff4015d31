/**
 * Slack: requests in, signed or over a socket, messages out. Bolt's and Gson's types do not leave
 * this package.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.slack;
