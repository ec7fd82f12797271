package org.merpati.rules;

import java.util.List;

/** What a single source must hold. */
interface Rule {
    List<Finding> check(Source source);
}
