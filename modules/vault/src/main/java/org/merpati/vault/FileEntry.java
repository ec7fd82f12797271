package org.merpati.vault;

/**
 * A file of a manifest.
 *
 * @param name its name in the vault's folder
 * @param length its length in octets; what lies behind is not part of it yet
 * @param sha256 the SHA-256 of that length, in lower-case hex
 */
public record FileEntry(String name, long length, String sha256) {}
