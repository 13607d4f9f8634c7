/**
 * The devices that graphs run on. {@code laboratory-cpu} and {@code laboratory-gpu} each bring ONNX Runtime's natives and
 * one {@link io.github.embeddinglab.core.device.DeviceProvider}; exactly one may be on the class path. To add a kind of
 * device, write a provider and list it in {@code META-INF/services}.
 */
@NullMarked
package io.github.embeddinglab.core.device;

import org.jspecify.annotations.NullMarked;
