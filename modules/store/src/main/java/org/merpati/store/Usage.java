package org.merpati.store;

import org.merpati.kernel.Quota;

/** What an account keeps, in octets of its messages and in messages, and how much it may. */
public record Usage(long octets, long messages, Quota quota) {}
