package org.merpati.filter;

/**
 * What a check found.
 *
 * @param symbol its name, upper case with underscores, as it stands in {@code X-Spam-Status}
 * @param score what it adds; positive is spam
 * @param why a sentence for people
 */
public record Finding(String symbol, double score, String why) {}
