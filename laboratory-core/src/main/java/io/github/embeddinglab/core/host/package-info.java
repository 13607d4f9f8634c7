/** What this process runs in: environment variables and system properties, read by one class. Nothing to add but a getter. */
@NullMarked
package io.github.embeddinglab.core.host;

import org.jspecify.annotations.NullMarked;
