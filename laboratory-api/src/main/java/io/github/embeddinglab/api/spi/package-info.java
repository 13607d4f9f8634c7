/**
 * What an artifact implements to be found: plain interfaces without third-party types, listed both in
 * {@code module-info} and in {@code META-INF/services}. To add a provider, implement one interface, extend its contract
 * suite in {@code laboratory-testkit}, and list it in both places.
 */
@NullMarked
package io.github.embeddinglab.api.spi;

import org.jspecify.annotations.NullMarked;
