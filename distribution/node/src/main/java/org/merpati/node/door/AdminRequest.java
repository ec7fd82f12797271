package org.merpati.node.door;

import java.util.LinkedHashMap;
import java.util.Map;
import org.merpati.kernel.Malformed;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is asked of a node, as JSON: an object with {@code "do"} and the parameters, which are texts. The answer is one
 * with {@code "ok"} and what the operation says, or {@code "error"} and a sentence.
 */
public record AdminRequest(String operation, Map<String, String> parameters) {
    /** The longest, octets. */
    static final int LIMIT = 1 << 20;

    private static final String OPERATION = "do";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Reads a request.
     *
     * @throws Malformed if it is none
     */
    static AdminRequest read(byte[] octets) {
        if (octets.length > LIMIT) {
            throw new Malformed("a request has at most " + LIMIT + " octets");
        }
        try {
            JsonNode tree = JSON.readTree(octets);
            if (tree.isObject()) {
                Map<String, String> parameters = new LinkedHashMap<>();
                tree.properties()
                        .forEach(p -> parameters.put(p.getKey(), p.getValue().asString()));
                String operation = parameters.getOrDefault(OPERATION, "");
                return new AdminRequest(operation, parameters);
            }
        } catch (JacksonException broken) {
            throw new Malformed("the request is not JSON, or a parameter is no text");
        }
        throw new Malformed("the request is not a JSON object");
    }

    byte[] write() {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put(OPERATION, operation);
        return JSON.writeValueAsBytes(all);
    }

    static byte[] ok(Object said) {
        return JSON.writeValueAsBytes(Map.of("ok", said));
    }

    static byte[] error(String sentence) {
        return JSON.writeValueAsBytes(Map.of("error", sentence));
    }

    /** A value as JSON. */
    public static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    static JsonNode answer(byte[] octets) {
        return JSON.readTree(octets);
    }
}
