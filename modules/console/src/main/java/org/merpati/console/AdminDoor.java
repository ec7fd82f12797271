package org.merpati.console;

import java.util.Optional;

/** The admin operations over the network, which the console's listener serves beside its pages. */
@FunctionalInterface
public interface AdminDoor {
    /** Where operations are asked for. */
    String PATH = "/api/admin";

    /** The longest request, octets. */
    int LIMIT = 1 << 20;

    /**
     * An answer as HTTP has it.
     *
     * @param json an object with {@code ok}, or {@code error} and a sentence
     */
    record Answer(int status, byte[] json) {}

    /**
     * Answers a request.
     *
     * @param authorization the field of that name, if there is one
     * @param body the request, or its beginning if it is longer than {@link #LIMIT}
     * @param peer who asks, for the log
     */
    Answer answer(Optional<String> authorization, byte[] body, String peer);
}
