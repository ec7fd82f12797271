/** What is dangerous to open: viruses as clamd knows them, and kinds of attachments. */
@NullMarked
package org.merpati.filter.virus;

import org.jspecify.annotations.NullMarked;
