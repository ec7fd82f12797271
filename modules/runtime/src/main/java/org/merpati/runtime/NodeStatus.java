package org.merpati.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * A node as it describes itself to the others and to people.
 *
 * @param state {@code ready}, {@code starting}, {@code failing} or {@code draining}; {@code down} where another node
 *     says it
 * @param millis when this was so, UTC milliseconds
 */
public record NodeStatus(
        String name,
        List<String> roles,
        String version,
        long pid,
        String state,
        long millis,
        List<Group> groups,
        List<Service> services) {
    /** What another node says of one that does not answer. */
    public static final String DOWN = "down";

    /** The state of a node that is being taken out of service. */
    public static final String DRAINING = "draining";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A group that the node votes in.
     *
     * @param role {@code leader}, {@code follower}, {@code candidate}, {@code witness}, {@code joins} of a node that
     *     has no vote yet, or {@code failed: why}
     * @param lag on the leader: how many entries each other voter lacks
     */
    public record Group(
            String name,
            String role,
            boolean leader,
            long epoch,
            long applied,
            long committed,
            Map<String, Long> lag) {}

    /** A service of the node: a role, a listener, a part. */
    public record Service(String name, boolean ready, String sentence) {}

    /** A node that does not answer. */
    public static NodeStatus down(String name, List<String> roles, long millis, String why) {
        List<Service> services =
                roles.stream().map(r -> new Service(r, false, why)).toList();
        return new NodeStatus(name, roles, "", 0, DOWN, millis, List.of(), services);
    }

    /** The names of the groups that the node leads. */
    public Set<String> led() {
        return groups.stream().filter(Group::leader).map(Group::name).collect(Collectors.toUnmodifiableSet());
    }

    /** The JSON form. */
    public byte[] json() {
        return JSON.writeValueAsBytes(this);
    }

    /** Reads the JSON form. */
    public static NodeStatus of(byte[] json) {
        return JSON.readValue(json, NodeStatus.class);
    }
}
