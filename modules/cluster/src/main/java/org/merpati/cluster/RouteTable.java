package org.merpati.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Route;

/** Which node leads which group, as this node has heard: the higher epoch wins whatever the order of arrival. */
public final class RouteTable {
    private final Map<GroupName, Route> routes = new ConcurrentHashMap<>();

    /** Takes note of a route; returns whether it is news. */
    public boolean offer(Route route) {
        while (true) {
            Route known = routes.putIfAbsent(route.group(), route);
            if (known == null) {
                return true;
            }
            if (!route.epoch().after(known.epoch())) {
                return false;
            }
            if (routes.replace(route.group(), known, route)) {
                return true;
            }
        }
    }

    /** Forgets a route that proved wrong, unless a newer one has come. */
    public void forget(Route wrong) {
        routes.remove(wrong.group(), wrong);
    }

    /** The route to a group, if one is known. */
    public Optional<Route> route(GroupName group) {
        return Optional.ofNullable(routes.get(group));
    }

    /** All routes that are known. */
    public Map<GroupName, Route> all() {
        return Map.copyOf(routes);
    }
}
