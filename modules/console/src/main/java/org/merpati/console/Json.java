package org.merpati.console;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests and answers of the API: objects in JSON. */
final class Json {
    /** The longest request, octets. */
    static final int LIMIT = 16 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TYPE = "application/json";

    private Json() {}

    /**
     * Reads the request.
     *
     * @throws Denied if it is too long (413), of another type (415) or not an object (400)
     */
    static JsonNode read(Context request) throws IOException {
        String type = request.header("Content-Type");
        if (type == null
                || !type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals(TYPE)) {
            throw new Denied(415, "a request to this API is of type " + TYPE);
        }
        InputStream body = request.req().getInputStream();
        byte[] octets = body.readNBytes(LIMIT + 1);
        if (octets.length > LIMIT) {
            throw new Denied(413, "a request to this API has at most " + LIMIT + " octets");
        }
        try {
            JsonNode tree = JSON.readTree(octets);
            if (tree.isObject()) {
                return tree;
            }
        } catch (JacksonException broken) {
            throw new Denied(400, "the request is not JSON");
        }
        throw new Denied(400, "the request is not a JSON object");
    }

    /**
     * A text of the request.
     *
     * @throws Denied if it is missing or not a text (400)
     */
    static String text(JsonNode request, String name) {
        JsonNode value = request.get(name);
        if (value == null || !value.isString()) {
            throw new Denied(400, "the request lacks the text '" + name + "'");
        }
        return value.asString();
    }

    static void answer(Context request, Object value) {
        answer(request, JSON.writeValueAsBytes(value));
    }

    static void answer(Context request, byte[] json) {
        request.contentType(TYPE).result(json);
    }

    static void error(Context request, int status, String sentence) {
        request.status(status);
        answer(request, Map.of("error", sentence));
    }

    /** An error as Jetty writes it, where no handler has seen the request. */
    static byte[] error(String sentence) {
        return JSON.writeValueAsBytes(Map.of("error", sentence));
    }
}
