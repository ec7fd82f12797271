package org.merpati.filter;

/**
 * What decides by itself, whatever the scores and the lists say: a virus, a kind of attachment that is not wanted.
 *
 * @param action what is done for every recipient; {@link Action#DELIVER} decides nothing and only marks the message
 */
public record Objection(Action action, Finding finding) {}
