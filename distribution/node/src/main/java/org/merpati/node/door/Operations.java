package org.merpati.node.door;

import java.io.IOException;
import java.util.Map;

/** What an administrator can have done, by name. */
@FunctionalInterface
public interface Operations {
    /**
     * Carries out an operation.
     *
     * @return what it says, for people or as JSON values
     * @throws org.merpati.kernel.Malformed if there is no such operation or a parameter is missing
     */
    Object run(String operation, Map<String, String> parameters) throws IOException;
}
