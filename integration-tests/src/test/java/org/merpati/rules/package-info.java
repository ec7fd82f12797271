/** The rules of the build as tests: shape of the sources, layers, jars of each role, standards and walks. */
@NullMarked
package org.merpati.rules;

import org.jspecify.annotations.NullMarked;
