package org.merpati.node;

/** The console role. */
final class ConsolePart implements RolePart {
    @Override
    public AutoCloseable start(NodeContext node) {
        return () -> {};
    }
}
