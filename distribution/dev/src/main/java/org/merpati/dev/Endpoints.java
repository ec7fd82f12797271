package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The file {@code endpoints.json}: where everything is, the same shape for every layout and form. */
final class Endpoints {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    /** For each public service the listener that answers it, and the role whose node has it. */
    private static final List<String> PUBLIC =
            List.of("smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s", "ldap", "ldaps", "console");

    private Endpoints() {}

    static void write(Path file, Cluster cluster, Map<String, String> accounts) throws IOException {
        Plan plan = cluster.plan();
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (String node : plan.nodes()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", node);
            row.put("roles", plan.roles(node));
            row.put("pid", cluster.pid(node));
            row.put("data", plan.data(node).toString());
            row.put("listeners", plan.listeners(node));
            nodes.add(row);
        }
        Map<String, Object> open = new LinkedHashMap<>();
        for (String service : PUBLIC) {
            List<String> all = plan.all(service);
            if (!all.isEmpty()) {
                open.put(service, all);
            }
        }
        List<Map<String, String>> people = new ArrayList<>();
        accounts.forEach((address, password) -> people.add(Map.of("address", address, "password", password)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("layout", plan.layout());
        all.put("folder", plan.folder().toString());
        all.put("nodes", nodes);
        all.put("public", open);
        all.put("accounts", people);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, JSON.writeValueAsString(all) + "\n");
    }
}
