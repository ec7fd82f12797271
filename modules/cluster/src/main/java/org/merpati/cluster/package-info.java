/** Who is here: members, roles, routes and hints over Hazelcast, and the node channel for what must be private. */
@NullMarked
package org.merpati.cluster;

import org.jspecify.annotations.NullMarked;
