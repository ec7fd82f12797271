package org.merpati.mta;

/**
 * Something that happened to a mail.
 *
 * @param millis when, in UTC milliseconds
 * @param place the recipient's place in the envelope; -1 for the whole mail
 * @param event the word of the mail log
 * @param text what a server answered, or why
 */
public record TraceEvent(long millis, int place, String event, String text) {}
