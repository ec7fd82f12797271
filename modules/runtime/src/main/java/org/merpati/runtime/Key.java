package org.merpati.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a configuration key means, and its default where it has one. On the components of configuration records. */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Key {
    /** What it is for, with its unit. */
    String value();

    /** The default in TOML's form; {@link #NONE} where the key must be given. */
    String byDefault() default NONE;

    /** No default: the key must be given. */
    String NONE = "\0";
}
