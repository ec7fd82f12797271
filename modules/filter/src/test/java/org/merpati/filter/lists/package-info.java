@org.jspecify.annotations.NullMarked
package org.merpati.filter.lists;
