package io.countersign.audit;

/**
 * How far a chain has come.
 *
 * @param n number of its links
 * @param hash of its last link
 * @param anchored how many of them the last anchor knew
 */
public record Head(String chain, long n, String hash, long anchored) {}
