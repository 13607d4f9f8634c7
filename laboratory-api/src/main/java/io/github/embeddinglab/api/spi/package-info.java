/**
 * What an artifact implements to be found: plain interfaces without third-party types. To add a provider, implement one
 * interface, extend its contract suite in {@code laboratory-testkit} where it has one, and list it in {@code META-INF/services} and in
 * {@code module-info}, if the artifact has one.
 */
@NullMarked
package io.github.embeddinglab.api.spi;

import org.jspecify.annotations.NullMarked;
