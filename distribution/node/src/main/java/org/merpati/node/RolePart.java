package org.merpati.node;

import java.io.IOException;
import org.merpati.node.door.AdminApi;

/** Starts one role on a node. Found by its class name, so that a jar without the role needs none of its libraries. */
@FunctionalInterface
interface RolePart {
    /**
     * Opens the role's groups and listeners; closing what it returns closes them.
     *
     * @param admin the admin operations, for a role that serves them
     */
    AutoCloseable start(NodeContext node, AdminApi admin) throws IOException;
}
