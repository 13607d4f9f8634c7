/**
 * Contract suites for every SPI, deterministic stand-ins, hostile wrappers and AssertJ checks.
 *
 * <p>A provider's test extends the suite of its SPI and answers the switches; they default to "supported", so a forgotten
 * one fails. {@link io.github.embeddinglab.testkit.FakeEmbedder} stands in for a model where vectors must be meaningful
 * but not real. To add a suite, write an abstract class with one abstract method that opens what is judged, and a test
 * that runs it on a good and on a deliberately broken implementation.
 */
@NullMarked
package io.github.embeddinglab.testkit;

import org.jspecify.annotations.NullMarked;
