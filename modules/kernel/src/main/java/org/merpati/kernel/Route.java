package org.merpati.kernel;

/** Which node leads a group, and since which epoch. A hint: the group itself has the last word. */
public record Route(GroupName group, NodeName node, Epoch epoch) {}
