/** The {@link io.github.embeddinglab.core.device.DeviceProvider} of this artifact's natives; one class, nothing to add. */
@NullMarked
package io.github.embeddinglab.cpu;

import org.jspecify.annotations.NullMarked;
