package org.merpati.filter.reputation;

/**
 * What is thought of an origin: how many of its messages were wanted and how many were not; what is long ago counts for
 * less.
 */
public record Opinion(double wanted, double unwanted) {
    /** Of an origin that nobody has heard of. */
    public static final Opinion NONE = new Opinion(0, 0);

    /** So many messages have to have come until half of what they say is believed. */
    private static final int DOUBT = 10;

    /** From -1, all are wanted, to 1, none is; near 0 while only few have come. */
    public double lean() {
        return (unwanted - wanted) / (unwanted + wanted + DOUBT);
    }

    /** How many messages it rests on. */
    double messages() {
        return wanted + unwanted;
    }
}
